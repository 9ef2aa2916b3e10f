//! `flow-lab scaling`: how many steps boards need, by modes and dimensions.

use clap::ArgMatches;
use flow_lab::error::Error;
use flow_lab::studies::boards::{self, Board};
use pollster::block_on;

use crate::arguments;
use crate::output::Output;
use crate::study::{self, Job};
use crate::terminal::{print, printable_lines};

const HEADER: &str = "cells,dim,modes,seed,steps,steps_taken,seconds,worst_cell,inside_share";

pub fn scaling(arguments: &ArgMatches) -> Result<(), Error> {
    let output = Output::asked(arguments, "out")?.expect("it has a default");
    let seeds = arguments::number(arguments, "seeds", (1, 100))?;
    let steps_max = arguments::number(arguments, "steps-max", (boards::LOOK_EVERY, 1_000_000))?;
    let threads = arguments::number(arguments, "jobs", (0, 256))?;
    let all = (1..=seeds).flat_map(|seed| Board::GRID.into_iter().map(move |board| (board, seed)));
    let jobs = all.map(|(board, seed)| Job {
        key: format!("{},{},{},{seed}", board.cells, board.dim, board.modes()),
        steps: 0,
        job: (board, seed),
    });
    let rows = study::run(&output, HEADER, jobs.collect(), arguments::threads(threads), |&(board, seed), _| {
        let boards::Outcome { steps, taken, seconds, worst_cell, inside_share } =
            block_on(boards::run(board, seed, steps_max))?;
        let steps = steps.map_or(String::new(), |steps| steps.to_string());
        Ok(format!("{steps},{taken},{seconds:.1},{worst_cell:.3},{inside_share:.3}"))
    })?;
    print(&printable_lines(&format!("{HEADER}\n{}\n", rows.join("\n"))))
}

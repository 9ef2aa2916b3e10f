//! Pictures as targets: one reader for the page and the command line.

use flow_lab::data::given::file;
use flow_lab::data::given::picture::{Ink, PIXELS_MAX};
use flow_lab::data::given::raster::Raster;
use flow_lab::data::{Distribution, Given};
use flow_lab::random::seed::{Purpose, stream};

fn raster_of(bytes: &[u8]) -> Raster {
    match file::read(bytes).unwrap() {
        (Given::Raster(raster), None) => raster,
        _ => panic!("no picture"),
    }
}

fn case(name: &str) -> Raster {
    raster_of(&std::fs::read(format!("tests/cases/{name}")).unwrap())
}

/// Standard deviations of x and y.
fn spread(raster: &Raster) -> [f64; 2] {
    let points = raster.sample(100_000, &mut stream(1, Purpose::Metrics, 0));
    [0, 1].map(|axis| {
        let along = || points.chunks(2).map(|point| point[axis] as f64);
        let mean = along().sum::<f64>() / 1e5;
        (along().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5).sqrt()
    })
}

fn refusal(bytes: &[u8]) -> String {
    let error = file::read(bytes).unwrap_err();
    assert!(error.is_input());
    error.to_string()
}

/// The ink of a picture whose pixels are `colour(x, y)`.
fn ink(width: usize, height: usize, colour: impl Fn(usize, usize) -> [u8; 4]) -> Raster {
    let mut ink = Ink::new(width, height).unwrap();
    let pixels: Vec<u8> = (0..width * height).flat_map(|k| colour(k % width, k / width)).collect();
    // In strips of seven rows, as they may come.
    pixels.chunks(7 * 4 * width).for_each(|rows| ink.add_rows(rows).unwrap());
    ink.raster().unwrap()
}

#[test]
fn a_photo_is_turned_as_its_exif_tells() {
    // A bar of 300 × 100 pixels: six and two wide, uniform, so that the standard deviations are 6/√12 and 2/√12.
    for name in ["12-bar.jpg", "12-bar-exif6.jpg"] {
        let [x, y] = spread(&case(name));
        assert!((x - 1.73).abs() < 0.03 && (y - 0.58).abs() < 0.02, "{name}: {x}, {y}");
    }
}

#[test]
fn a_jpeg_is_the_same_ring_in_whatever_colours_it_is_stored() {
    let expected = case("13-ring-ycbcr.jpg");
    for name in ["13-ring-rgb.jpg", "13-ring-cmyk.jpg"] {
        let found = case(name);
        assert_eq!((found.width(), found.height()), (expected.width(), expected.height()));
        let apart = found.values().iter().zip(expected.values()).filter(|(a, b)| (**a - **b).abs() > 0.3).count();
        assert!(apart < 40, "{name}: {apart} pixels differ by more than a level");
        let ([x, y], [x0, y0]) = (spread(&found), spread(&expected));
        assert!((x - x0).abs() < 0.02 && (y - y0).abs() < 0.02, "{name}: {x}, {y} for {x0}, {y0}");
    }
}

#[test]
fn a_bomb_is_refused_by_its_header_in_no_time() {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x40\0\0\0\x40\0\x08\x02\0\0\0".to_vec();
    png.extend([0; 1_000]);
    let said = refusal(&png);
    assert!(said.contains("the picture cannot be used: the picture has 16384 × 16384 pixels: give one of"), "{said}");
    let jpeg = b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03\x01\x11\0\x02\x11\0\x03\x11\0";
    assert!(refusal(jpeg).contains("65535 × 65535"));
    assert!(Ink::new(PIXELS_MAX, 2).is_err() && Ink::new(0, 2).is_err());
}

#[test]
fn a_file_that_is_no_picture_of_ours_says_what_it_is() {
    assert!(refusal(b"GIF89a\x05\0\x05\0\0\0\0").contains("it is a GIF; save it as a PNG or a JPEG"));
    assert!(refusal(b"RIFF\0\0\0\0WEBPVP8 ").contains("it is a WebP"));
    assert!(refusal(b"\x89PNG\r\n\x1a\n and then nothing").contains("the picture cannot be used"));
    assert!(refusal(b"\xff\xd8\xff\xe0").contains("the picture cannot be used"));
}

#[test]
fn ink_is_what_stands_out_from_the_border() {
    let bar = |x: usize, y: usize| (2..8).contains(&x) && (3..5).contains(&y);
    let (black, white, clear) = ([0, 0, 0, 255], [255; 4], [0, 0, 0, 0]);
    for (on, off) in [(black, white), (white, black), (black, clear), (white, clear), ([200, 0, 0, 255], white)] {
        let raster = ink(10, 8, |x, y| if bar(x, y) { on } else { off });
        assert_eq!((raster.width(), raster.height()), (10, 8));
        for (k, &value) in raster.values().iter().enumerate() {
            assert_eq!(value, if bar(k % 10, k / 10) { 1.0 } else { 0.0 }, "{on:?} on {off:?}, pixel {k}");
        }
    }
    // Half as dark is half as much ink.
    let greys = [[255; 4], [0, 0, 0, 255], [128, 128, 128, 255], [255; 4]];
    let raster = ink(4, 3, |x, y| if y == 1 { greys[x] } else { [255; 4] });
    assert_eq!(raster.values()[4..8], [0.0, 1.0, 0.5, 0.0]);
    let mut blank = Ink::new(4, 4).unwrap();
    blank.add_rows(&[250, 250, 250, 255].repeat(16)).unwrap();
    assert!(blank.raster().unwrap_err().to_string().contains("the picture is blank"));
}

#[test]
fn a_large_picture_is_averaged_to_two_hundred_pixels() {
    // 1,000 × 500, left half black in a white frame of 50: 200 × 100, of which columns 10 to 99 are ink.
    let raster = ink(1_000, 500, |x, y| {
        let is_ink = (50..500).contains(&x) && (50..450).contains(&y);
        if is_ink { [0, 0, 0, 255] } else { [255; 4] }
    });
    assert_eq!((raster.width(), raster.height()), (200, 100));
    let row = &raster.values()[50 * 200..51 * 200];
    assert!(row.iter().enumerate().all(|(k, &value)| (value == 1.0) == (10..100).contains(&k)), "{row:?}");
    // Rows that are not whole, too many, or missing are refused.
    let mut ink = Ink::new(3, 2).unwrap();
    assert!(ink.add_rows(&[0; 13]).is_err());
    ink.add_rows(&[0; 12]).unwrap();
    assert!(ink.raster().unwrap_err().to_string().contains("ends after 1 of 2 rows"));
    assert!(ink.add_rows(&[0; 24]).is_err());
}

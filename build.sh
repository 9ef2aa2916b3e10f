#!/usr/bin/env bash
# Sets up, builds, serves, tests and measures Flow Lab. `./build.sh serve` is all that a newcomer types.
set -euo pipefail
cd "$(dirname "$0")"

# Outside the checkout, so that the next clone does not compile everything again.
CACHE=${FLOW_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flow-lab}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
# Git's, clippy's and the tests' processes all see the same tools.
export PATH=$CACHE/tools/bin:$PATH
TARGET=wasm32-unknown-unknown

say() { printf '\033[1m▸ %s\033[0m\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

usage() {
  cat >&2 <<'TEXT'
usage: ./build.sh setup | build [all] | serve [port] | test [rust | page] | bench [cpu | webgpu]
  setup   installs what is missing, and says what and why (needs apt and root for Debian's packages)
  build   makes dist/, a static site that any host can serve; `all` adds the file with burn, which takes minutes more
  serve   serves it on http://127.0.0.1:8000/ as soon as the page runs on the CPU, and builds the other files behind it
  test    formatting, lints, docs, Rust tests on CPU and GPU, the built page in real browsers
  bench   prints the tables of docs/measured.md: sizes, time to first motion, steps per second
TEXT
  exit 2
}

# --- Tools -----------------------------------------------------------------------------------

APT_UPDATED=
apt_install() { # reason, packages…
  local reason=$1 missing=() package
  shift
  for package; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  have apt-get || { echo "build.sh: please install ${missing[*]} ($reason)" >&2; exit 1; }
  say "installing ${missing[*]}: $reason"
  local sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  [ -n "$APT_UPDATED" ] || $sudo apt-get update -q >&2
  APT_UPDATED=1
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

has_wasm_target() { [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$TARGET/lib" ]; }

# What is installed comes before what must be fetched, rustup's wasm target before Debian's toolchain, which
# builds std from its sources. One toolchain serves host and wasm, so that lints and docs speak with one voice.
choose_toolchain() {
  BUILD_STD=()
  has_wasm_target && return
  if ! dpkg -s rustc-web >/dev/null 2>&1 && have rustup; then
    say "adding rustup's $TARGET"
    if timeout 300 rustup target add $TARGET >&2 && has_wasm_target; then return; fi
  fi
  apt_install "a Rust toolchain that can build for wasm" rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web
  # rust-web-llvm's rust-lld points to lld-22, which it does not pull in by itself.
  apt_install "the wasm linker" lld-22
  export PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
  BUILD_STD=(-Zbuild-std=std,panic_abort)
}

# Unoptimised it is built in a quarter of a minute, and takes less than a second for each file but burn's.
build_bindgen() {
  CARGO_TARGET_DIR=$CACHE/bindgen-target cargo build --quiet --locked --manifest-path www/tools/bindgen/Cargo.toml >&2
  BINDGEN=$CACHE/bindgen-target/debug/bindgen
}

install_npm() {
  cmp -s www/package-lock.json www/node_modules/.installed && return
  say "installing the page's npm packages: uPlot, gifenc (films as GIF, which no browser can write) and esbuild, MNIST's original files, a formatter, TypeScript and oxlint, and the drivers of the tests"
  # esbuild's own install script only moves its binary; playwright's and puppeteer's cores have none.
  npm --prefix www ci --no-audit --no-fund --ignore-scripts >&2
  cp www/package-lock.json www/node_modules/.installed
}

# Of the digits the page gets as many as 3.5 MB hold; gzip, which browsers undo whatever the host sends.
DIGITS_OF_PAGE="20000 2000"
pack_digits() {
  local all=$CACHE/mnist.digits page=$CACHE/digits.gz
  [ "$all" -nt www/tools/pack-digits.js ] && [ "$page" -nt build.sh ] && return
  say "packing MNIST: all digits for the command line and the tests, some for the page"
  node www/tools/pack-digits.js "$all" 60000 10000
  node www/tools/pack-digits.js "$page.part" $DIGITS_OF_PAGE
  gzip -9 -n <"$page.part" >"$page"
  rm "$page.part"
}

tools_for_build() {
  have cc || apt_install "a linker for build scripts" build-essential
  have node || apt_install "the page's bundler and server" nodejs
  have npm || apt_install "the page's packages" npm
  have brotli || apt_install "wasm is sent compressed" brotli
  choose_toolchain
  install_npm
}

tools_for_test() {
  have chromium || apt_install "the page is tested in it" chromium
  have firefox-esr || apt_install "the page is tested in it" firefox-esr
  apt_install "a font for the tests' screenshots" fonts-dejavu-core
  apt_install "a software Vulkan device for the GPU tests" mesa-vulkan-drivers libvulkan1
  tools_for_build
  mkdir -p "$CACHE"
  pack_digits
  cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 || rustup component add clippy rustfmt >&2
}

# --- Build -----------------------------------------------------------------------------------

wasm_cargo() { # command, feature, arguments…
  local command=$1 feature=$2
  shift 2
  # Building std asks for the key to unstable features; only here, since some crates build otherwise with it.
  env ${BUILD_STD[@]+RUSTC_BOOTSTRAP=1} cargo "$command" --lib --profile web --target $TARGET ${BUILD_STD[@]+"${BUILD_STD[@]}"} --locked --no-default-features --features "$feature" "$@"
}

# What a wasm file is made of. Cargo itself would link our crate anew at every turn from one feature to the other.
wasm_sum() {
  { rustc -Vv && declare -f wasm_cargo make_wasm && cat Cargo.toml Cargo.lock .cargo/config.toml && find src www/tools/bindgen -type f | LC_ALL=C sort | xargs cat; } | sha256sum | cut -c1-32
}

# Where the files of a build lie, once they are made.
wasm_folder() { echo "$CACHE/wasm/$1-$(wasm_sum)"; }

make_wasm() { # feature
  local folder quality=11
  folder=$(wasm_folder "$1")
  [ ! -d "$folder" ] || return 0
  build_bindgen
  rm -rf "$folder.part"
  wasm_cargo build "$1"
  "$BINDGEN" "$CARGO_TARGET_DIR/$TARGET/web/flow_lab.wasm" "$folder.part" flow_lab
  # Of burn's file quality 11 takes a minute and saves a tenth.
  [ "$1" != burn ] || quality=9
  brotli --quality=$quality --lgwin=24 "$folder.part/flow_lab_bg.wasm"
  mv "$folder.part" "$folder"
  # The last few are enough.
  ls -dt "$CACHE/wasm/$1-"* | tail -n +4 | xargs rm -rf
}

# The page looks here before it asks for a file: `here`, `building` or `failed`.
WASM_FILES=()
mark() { # feature, state
  local entry kept=()
  for entry in ${WASM_FILES[@]+"${WASM_FILES[@]}"}; do
    case $entry in "\"$1\":"*) ;; *) kept+=("$entry") ;; esac
  done
  WASM_FILES=(${kept[@]+"${kept[@]}"} "\"$1\": \"$2\"")
  mkdir -p dist/wasm
  (IFS=,; printf '{%s}\n' "${WASM_FILES[*]}") >dist/wasm/files.json.part
  mv dist/wasm/files.json.part dist/wasm/files.json
}

# Moves a file that was made into the site, whole.
place_wasm() { # feature
  rm -rf "dist/wasm/$1" "dist/wasm/$1.part"
  mkdir -p dist/wasm
  cp -r "$(wasm_folder "$1")" "dist/wasm/$1.part"
  mv "dist/wasm/$1.part" "dist/wasm/$1"
  mark "$1" here
}

build_wasm() { # feature
  [ -d "$(wasm_folder "$1")" ] || say "building the $1 wasm"
  make_wasm "$1" >&2
  place_wasm "$1"
}

bundle() { # entries, options…
  (cd www && node_modules/.bin/esbuild "$@" --bundle --format=esm --minify --sourcemap --entry-names=[name] --outdir=../dist --log-level=warning)
}

build_page() {
  mkdir -p dist
  cp www/story/story.css www/points/editor.css docs/scaling.csv "$CACHE/digits.gz" dist/
  cat www/tokens.css www/page/style.css www/node_modules/uplot/dist/uPlot.min.css >dist/style.css
  rm -f dist/*.js dist/*.js.map # parts that load later have names that change
  # lab.js is whole, for pages that use nothing else; page.js has the same inside.
  bundle worker.js lab.js
  bundle page/page.js --splitting
  node www/tools/write-formulas.js >dist/formulas.json
  # Out of the small wasm module, so that nobody compiles burn for the host to see the page. Old Node wants the .mjs.
  cp dist/wasm/cpu/flow_lab.js "$CACHE/flow_lab.mjs"
  node www/tools/write-options.js "$CACHE/flow_lab.mjs" dist/wasm/cpu/flow_lab_bg.wasm >dist/options.json
  node www/tools/write-poster.js "$CACHE/flow_lab.mjs" dist/wasm/cpu/flow_lab_bg.wasm index.html dist/page.js >dist/index.html
}

# Packing the digits takes one core a quarter of the time that the small file takes both.
build_first() { # features…
  local feature digits
  tools_for_build
  rm -rf dist/wasm
  mkdir -p "$CACHE"
  pack_digits &
  digits=$!
  for feature; do build_wasm "$feature"; done
  wait $digits
  build_page
}

build() { # features…
  build_first "$@"
  say "dist/ is ready"
}

# --- Serve -----------------------------------------------------------------------------------

# Builds what the page can do without, quietly and after everything else that the machine has to do.
build_behind() { # features…
  local feature log
  for feature; do
    log=$CACHE/build-$feature.log
    say "building the $feature wasm behind it (what is said: $log)"
    # Not in a condition, under which `set -e` would let a failure in the middle pass.
    (make_wasm "$feature") >"$log" 2>&1 &
    if wait $!; then
      place_wasm "$feature"
      say "the $feature wasm has come"
    else
      mark "$feature" failed
      say "the $feature wasm failed, and the page goes on without: see $log"
    fi
  done
}

serve() { # port
  local feature jobs=() behind=()
  build_first cpu
  for feature in gpu burn; do
    if [ -d "$(wasm_folder $feature)" ]; then place_wasm $feature; else behind+=($feature) && mark $feature building; fi
  done
  # Each in a process group of its own, which ends with this one.
  set -m
  trap 'for job in ${jobs[@]+"${jobs[@]}"}; do kill -- "-$job" 2>/dev/null || true; done' EXIT
  trap 'exit 130' INT TERM HUP
  if [ ${#behind[@]} -gt 0 ]; then
    (set +m && renice -n 19 -p $BASHPID >/dev/null && build_behind "${behind[@]}") &
    jobs+=($!)
  fi
  node www/tools/serve.js dist "$1" &
  jobs+=($!)
  wait $!
}

# --- Test ------------------------------------------------------------------------------------

# Runs cargo with clippy for the compiler of our own crate, unoptimised. What it stands on is what tests and page are built of:
# `cargo clippy` would check it all once more.
lint() { # command…
  RUSTC_WORKSPACE_WRAPPER=$(command -v clippy-driver) CLIPPY_ARGS=-Dwarnings__CLIPPY_HACKERY__ "$@" --quiet \
    --config profile.tests.package.flow-lab.opt-level=0 --config profile.web.package.flow-lab.opt-level=0
}

test_rust() {
  say "formatting"
  cargo fmt --check
  cargo fmt --check --manifest-path www/tools/bindgen/Cargo.toml
  say "lints, host and wasm"
  lint cargo build --profile tests --locked --all-targets --features burn
  for feature in cpu gpu burn; do lint wasm_cargo build $feature; done
  say "docs, host and wasm"
  RUSTDOCFLAGS="-D warnings" cargo doc --quiet --release --locked --no-deps
  RUSTDOCFLAGS="-D warnings" wasm_cargo doc gpu --quiet --no-deps --document-private-items
  say "Rust tests, CPU and GPU, against burn"
  cargo test --profile tests --locked --features burn
}

lint_page() (
  export PATH=$PWD/www/node_modules/.bin:$PATH
  say "formatting, types and lints of the page"
  prettier --log-level warn --check index.html www tests/browser
  # Prettier breaks neither strings nor comments.
  ! LC_ALL=C.UTF-8 grep -rnE --include='*.js' --include='*.mjs' --include='*.css' --exclude-dir=node_modules \
    '^.{121,}' www tests/browser || exit 1
  tsc --project www
  tsc --project www/tools
  oxlint --deny-warnings www tests/browser
)

test_page() {
  lint_page
  build cpu gpu burn
  cargo build --release --locked --bin flow-lab # the page's numbers are compared with its
  say "the page in Chromium and Firefox"
  local file alone=() together=()
  for file in tests/browser/*.test.mjs; do
    if grep -q '^// Alone: ' "$file"; then alone+=("$file"); else together+=("$file"); fi
  done
  # What measures time, or keeps all cores busy, has the machine to itself; the others wait for pictures most of the time.
  node --test --test-concurrency=2 "${together[@]}"
  node --test --test-concurrency=1 "${alone[@]}"
}

run_tests() {
  tools_for_test
  case ${1:-all} in
    rust) test_rust ;;
    page) test_page ;;
    all)
      # Not joined by &&, under which `set -e` would let a failure in the middle pass.
      test_rust
      test_page
      ;;
    *) usage ;;
  esac
}

# The libraries that we compare ourselves with, in one file.
build_peers() {
  local peers=tests/browser/peers
  if ! cmp -s $peers/package-lock.json $peers/node_modules/.installed; then
    say "installing the peers: TF.js and jax-js"
    npm --prefix $peers ci --no-audit --no-fund --ignore-scripts >&2
    cp $peers/package-lock.json $peers/node_modules/.installed
  fi
  mkdir -p "$CACHE/peers"
  www/node_modules/.bin/esbuild $peers/peers.js --bundle --format=esm --minify --outfile="$CACHE/peers/peers.js" --log-level=warning
  cp $peers/node_modules/@tensorflow/tfjs-backend-wasm/dist/*.wasm "$CACHE/peers/"
}

# JAX on the CPU is the yardstick of native training; without it the bench goes on.
jax_bench() {
  local jax=$CACHE/jax
  apt_install "JAX, the yardstick of native training, wants it" python3-venv
  if ! "$jax/bin/python" -c 'import jax' 2>/dev/null; then
    say "installing JAX: the yardstick of native training"
    python3 -m venv "$jax" && "$jax/bin/pip" install --quiet jax==0.10.2 || { say "JAX could not be installed; its table is left out"; return; }
  fi
  "$jax/bin/python" tests/jax_bench.py
}

bench() {
  tools_for_test
  build cpu gpu burn
  say "sizes, bytes"
  printf '| file | raw | brotli |\n|---|---|---|\n'
  for file in wasm/cpu/flow_lab_bg.wasm wasm/gpu/flow_lab_bg.wasm wasm/burn/flow_lab_bg.wasm; do
    printf '| %s | %s | %s |\n' "$file" "$(stat -c %s dist/$file)" "$(stat -c %s dist/$file.br)"
  done
  build_peers
  FLOW_LAB_PEERS=$CACHE/peers node tests/browser/bench.mjs "$CACHE/bench.json" "$@"
  say "every single time: $CACHE/bench.json"
  cargo build --release --locked --bin flow-lab
  "$CARGO_TARGET_DIR/release/flow-lab" bench
  jax_bench
}

case ${1:-} in
  setup)
    tools_for_test
    say "everything is installed"
    ;;
  build)
    case ${2:-} in
      '') build cpu gpu ;;
      all) build cpu gpu burn ;;
      *) usage ;;
    esac
    ;;
  serve) serve "${2:-8000}" ;;
  test) run_tests "${2:-all}" ;;
  bench)
    shift
    bench "$@"
    ;;
  *) usage ;;
esac

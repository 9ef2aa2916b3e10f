#!/usr/bin/env bash
# Sets up, builds, serves, tests and measures Flow Lab. `./build.sh serve` is all that a newcomer types.
set -euo pipefail
cd "$(dirname "$0")"

# Outside the checkout, so that the next clone does not compile burn again.
CACHE=${FLOW_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flow-lab}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
# Git's, clippy's and the tests' processes all see the same tools.
export PATH=$CACHE/tools/bin:$PATH
TARGET=wasm32-unknown-unknown

say() { printf '\033[1m▸ %s\033[0m\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

usage() {
  cat >&2 <<'TEXT'
usage: ./build.sh setup | build | serve [port] | test [rust | page] | bench [cpu | webgpu]
  setup   installs what is missing, and says what and why (needs apt and root for Debian's packages)
  build   makes dist/, a static site that any host can serve
  serve   builds it and serves it on http://127.0.0.1:8000/
  test    formatting, lints, docs, Rust tests on CPU and GPU, the built page in real browsers
  bench   prints the tables of README.md: sizes, time to first motion, steps per second
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

install_wasm_bindgen() {
  local version
  version=$(sed -n 's/^wasm-bindgen = "=\([^"]*\)".*/\1/p' Cargo.toml)
  [ "$(wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
  say "installing wasm-bindgen $version: it writes the JavaScript beside the wasm, and must be the library's own version"
  # Its lock file can name versions newer than the registry at hand.
  (
    export CARGO_TARGET_DIR=$CACHE/wasm-bindgen-target
    cd / && { cargo install wasm-bindgen-cli --version "$version" --root "$CACHE/tools" --locked --force ||
      cargo install wasm-bindgen-cli --version "$version" --root "$CACHE/tools" --force; }
  ) >&2
}

install_npm() {
  cmp -s www/package-lock.json www/node_modules/.installed && return
  say "installing the page's npm packages: uPlot, gifenc (films as GIF, which no browser can write) and esbuild, MNIST's original files, and the drivers of the tests"
  # esbuild's own install script only moves its binary; playwright's and puppeteer's cores have none.
  npm --prefix www ci --no-audit --no-fund --ignore-scripts >&2
  cp www/package-lock.json www/node_modules/.installed
}

# Of the digits the page gets as many as 3.5 MB hold; gzip, which browsers undo whatever the host sends.
DIGITS_OF_PAGE="20000 2000"
pack_digits() {
  local all=$CACHE/mnist.digits page=$CACHE/digits.gz
  [ "$all" -nt www/pack-digits.js ] && [ "$page" -nt build.sh ] && return
  say "packing MNIST: all digits for the command line and the tests, some for the page"
  node www/pack-digits.js "$all" 60000 10000
  node www/pack-digits.js "$page.part" $DIGITS_OF_PAGE
  gzip -9 -n <"$page.part" >"$page"
  rm "$page.part"
}

tools_for_build() {
  have cc || apt_install "a linker for build scripts" build-essential
  have node || apt_install "the page's bundler and server" nodejs
  have npm || apt_install "the page's packages" npm
  have brotli || apt_install "wasm is sent compressed" brotli
  choose_toolchain
  install_wasm_bindgen
  install_npm
  pack_digits
}

tools_for_test() {
  have chromium || apt_install "the page is tested in it" chromium
  have firefox-esr || apt_install "the page is tested in it" firefox-esr
  apt_install "a font for the tests' screenshots" fonts-dejavu-core
  apt_install "a software Vulkan device for the GPU tests" mesa-vulkan-drivers libvulkan1
  tools_for_build
  cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 || rustup component add clippy rustfmt >&2
}

# --- Build -----------------------------------------------------------------------------------

wasm_cargo() { # command, feature, arguments…
  local command=$1 feature=$2
  shift 2
  # Building std asks for the key to unstable features; only here, since some crates build otherwise with it.
  env ${BUILD_STD[@]+RUSTC_BOOTSTRAP=1} cargo "$command" --lib --profile web --target $TARGET ${BUILD_STD[@]+"${BUILD_STD[@]}"} --locked --no-default-features --features "$feature" "$@"
}

# What a wasm file is made of. Cargo itself would compile our crate anew at every turn from one feature to the other.
wasm_sum() {
  { rustc -Vv && wasm-bindgen --version && declare -f wasm_cargo build_wasm && cat Cargo.toml Cargo.lock .cargo/config.toml && find src -type f | LC_ALL=C sort | xargs cat; } | sha256sum | cut -c1-32
}

build_wasm() { # feature
  local kept
  kept=$CACHE/wasm/$1-$(wasm_sum)
  if [ ! -d "$kept" ]; then
    say "building the $1 wasm (cold: minutes; see README)"
    rm -rf "$kept.part"
    wasm_cargo build "$1" >&2
    wasm-bindgen --remove-name-section "$CARGO_TARGET_DIR/$TARGET/web/flow_lab.wasm" --target web --no-typescript --out-dir "$kept.part" --out-name flow_lab
    # Quality 11 takes a minute on the large file and saves a tenth.
    brotli --quality="${BROTLI_QUALITY:-11}" --lgwin=24 "$kept.part/flow_lab_bg.wasm"
    mv "$kept.part" "$kept"
    # The last few are enough.
    ls -dt "$CACHE/wasm/$1-"* | tail -n +4 | xargs rm -rf
  fi
  rm -rf "dist/wasm/$1"
  mkdir -p dist/wasm
  cp -r "$kept" "dist/wasm/$1"
}

build_page() {
  mkdir -p dist
  cp www/style.css www/story.css www/draw/editor.css docs/scaling.csv "$CACHE/digits.gz" dist/
  cat www/node_modules/uplot/dist/uPlot.min.css >>dist/style.css
  rm -f dist/*.js dist/*.js.map # parts that load later have names that change
  (cd www && node_modules/.bin/esbuild lab.js worker.js --bundle --format=esm --minify --sourcemap --outdir=../dist --log-level=warning)
  (cd www && node_modules/.bin/esbuild page.js --bundle --splitting --format=esm --minify --sourcemap --external:./lab.js --outdir=../dist --log-level=warning)
  node www/write-formulas.js >dist/formulas.json
  # Out of the small wasm module, so that nobody compiles burn for the host to see the page. Old Node wants the .mjs.
  cp dist/wasm/cpu/flow_lab.js "$CACHE/flow_lab.mjs"
  node www/write-options.js "$CACHE/flow_lab.mjs" dist/wasm/cpu/flow_lab_bg.wasm >dist/options.json
  node www/write-poster.js "$CACHE/flow_lab.mjs" dist/wasm/cpu/flow_lab_bg.wasm index.html >dist/index.html
}

build() {
  tools_for_build
  build_wasm cpu
  build_wasm gpu
  build_page
  say "dist/ is ready"
}

# --- Test ------------------------------------------------------------------------------------

test_rust() {
  say "formatting"
  cargo fmt --check
  say "lints, host and wasm"
  cargo clippy --release --locked --all-targets -- -D warnings
  wasm_cargo clippy gpu -- -D warnings
  wasm_cargo clippy cpu -- -D warnings
  say "docs, host and wasm"
  RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps
  RUSTDOCFLAGS="-D warnings" wasm_cargo doc gpu --no-deps --document-private-items
  say "Rust tests, CPU and GPU"
  cargo test --release --locked
}

test_page() {
  build
  cargo build --release --locked --bin flow-lab # the page's numbers are compared with its
  say "the page in Chromium and Firefox"
  node --test --test-concurrency=1 tests/browser/*.test.mjs
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
  build
  say "sizes, bytes"
  printf '| file | raw | brotli |\n|---|---|---|\n'
  for file in wasm/cpu/flow_lab_bg.wasm wasm/gpu/flow_lab_bg.wasm; do
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
  build) build ;;
  serve)
    build
    exec node www/serve.js dist "${2:-8000}"
    ;;
  test) run_tests "${2:-all}" ;;
  bench)
    shift
    bench "$@"
    ;;
  *) usage ;;
esac

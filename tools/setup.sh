#!/usr/bin/env bash
# Make this checkout runnable on a bare machine.
#   tools/setup.sh programs   Poppler, Tesseract, bubblewrap, what tests need and Python's venv, by apt
#   tools/setup.sh packages   .venv with the locked packages and Pagesight itself, editable
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

TORCH_CPU_INDEX=https://download.pytorch.org/whl/cpu

say() { printf 'setup: %s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

find_python() {
  local name
  for name in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  die 'Pagesight needs Python 3.11, 3.12, 3.13 or 3.14; name it by PYTHON=/path/to/python3.'
}

missing_programs() {
  local python
  python=$(find_python)
  command -v pdftoppm >/dev/null || echo poppler-utils
  command -v tesseract >/dev/null || echo tesseract-ocr
  # Linux only, as bubblewrap is; without it files are read with limits alone.
  [ "$(uname -s)" != Linux ] || command -v bwrap >/dev/null || echo bubblewrap
  command -v chromium >/dev/null || echo chromium # the web page's tests; nothing else needs it
  [ "$(uname -s)" != Linux ] || command -v faketime >/dev/null || echo faketime # tests of a jumping clock
  if [ ! -x .venv/bin/python ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

install_programs() {
  local missing
  missing=$(missing_programs)
  missing=${missing//$'\n'/ }
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null || ! as_root true 2>/dev/null; then
    die "Please install $missing (Debian, Ubuntu: sudo apt-get install $missing; macOS: brew install poppler tesseract, and Chromium) and run this again."
  fi
  say "installing $missing"
  as_root apt-get update -qq </dev/null || say 'apt-get update failed; trying the lists at hand'
  # shellcheck disable=SC2086  # a list of names
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $missing </dev/null
}

has_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi --list-gpus >/dev/null 2>&1; }

cpu_index_answers() {
  timeout 8 .venv/bin/python - "$TORCH_CPU_INDEX/torch/" <<'PYTHON' >/dev/null 2>&1
import sys
import urllib.request

urllib.request.urlopen(sys.argv[1], timeout=5).close()
PYTHON
}

install_torch() {
  local index=()
  # PyPI's Linux build brings gigabytes of CUDA that a machine without a GPU cannot use.
  if [ "$(uname -s)" = Linux ] && ! has_gpu && cpu_index_answers; then
    index=(--extra-index-url "$TORCH_CPU_INDEX")
  fi
  pip_install ${index[@]+"${index[@]}"} -r requirements-torch.txt
}

pip_install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input "$@"
}

install_packages() {
  local python
  python=$(find_python)
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  say 'installing the locked packages (about 1.5 GB unpacked; minutes the first time)'
  pip_install --require-hashes --no-deps -r requirements-dev.lock
  install_torch # after the lock, so that what torch needs is there already, by its hash
  pip_install --no-deps --no-build-isolation --editable .
  .venv/bin/python -m pip check
}

case "${1:-}" in
  programs) install_programs ;;
  packages) install_packages ;;
  *) die 'usage: tools/setup.sh programs|packages' ;;
esac

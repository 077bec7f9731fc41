#!/usr/bin/env bash
# Make the virtual environment VENV with the pinned packages of REQUIREMENTS, and the system
# libraries that they need: through apt where that is allowed, else by saying what to run.
# usage: setup.sh VENV REQUIREMENTS
set -euo pipefail
venv=$1 requirements=$2

# library that must load = Debian package that brings it
needed="
libzbar.so.0=libzbar0
libEGL.so.1=libegl1
libGL.so.1=libgl1
libglib-2.0.so.0=libglib2.0-0
libfontconfig.so.1=libfontconfig1
libdbus-1.so.3=libdbus-1-3
libxkbcommon.so.0=libxkbcommon0
libxkbcommon-x11.so.0=libxkbcommon-x11-0
libxcb-cursor.so.0=libxcb-cursor0
libxcb-icccm.so.4=libxcb-icccm4
libxcb-image.so.0=libxcb-image0
libxcb-keysyms.so.1=libxcb-keysyms1
libxcb-render-util.so.0=libxcb-render-util0
libxcb-shape.so.0=libxcb-shape0
libxcb-xkb.so.1=libxcb-xkb1
"

# program that the tests run = Debian package that brings it; without those of a browser, its
# tests are skipped
programs= browser=
case "$requirements" in *dev*)
  programs="openssl=openssl" browser="chromium=chromium chromedriver=chromium-driver" ;;
esac

python=${PYTHON3:-python3}
command -v "$python" >/dev/null || { echo "setup: python3 is missing; install Python 3.11 or newer." >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "setup: $("$python" --version) is too old; set PYTHON3 to Python 3.11 or newer." >&2; exit 1; }

if [ "$(uname -s)" = Linux ]; then
  sudo=
  [ "$(id -u)" = 0 ] || sudo="sudo -n"
  may_install() { command -v apt-get >/dev/null && { [ -z "$sudo" ] || sudo -n true 2>/dev/null; }; }
  install() {
    echo "setup: installing $*"
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  }

  known=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
  packages=()
  for pair in $needed; do
    case "$known" in *"${pair%%=*} "*) ;; *) packages+=("${pair#*=}") ;; esac
  done
  for pair in $programs; do
    command -v "${pair%%=*}" >/dev/null || packages+=("${pair#*=}")
  done
  "$python" -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
  if [ ${#packages[@]} -gt 0 ]; then
    if may_install; then
      install "${packages[@]}"
    else
      echo "setup: system libraries are missing; run: sudo apt-get install ${packages[*]}" >&2
      exit 1
    fi
  fi

  packages=()
  for pair in $browser; do
    command -v "${pair%%=*}" >/dev/null || packages+=("${pair#*=}")
  done
  # A browser without any font draws no text.
  if [ -n "$browser" ] && [ -z "$(find /usr/share/fonts /usr/local/share/fonts -name '*.[to]t[fc]' -print -quit 2>/dev/null)" ]; then
    packages+=(fonts-dejavu-core)
  fi
  if [ ${#packages[@]} -gt 0 ] && ! { may_install && install "${packages[@]}"; }; then
    echo "setup: the tests in a browser will be skipped, for want of: ${packages[*]}" >&2
  fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "setup: installing the packages pinned in $requirements"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"

#!/usr/bin/env bash
# Runs the commands of README.md, CONTRIBUTING.md and docs/*.md, every line of every ```sh fence, and compares outputs.
#   scripts/check_docs.sh [FOLDER [PAGE ...]]     the folder that holds the program, default build/release/bin; pages,
#                                                 default all
#   adrep …        runs in a temporary folder that holds the data sets my-parts, my-photos and my-new-photos,
#                  the score maps my-maps, and configs/;
#                  it must exit 0, or N where the line ends in "# exits N". VARIABLE=value may stand before it.
#   scripts/…      the script must be there and executable
#   cmake, ctest   the preset that the line names must be there
# Anything else in a ```sh fence is a failure: write what is not to be checked into a ```text fence.
# A fence "```yaml NAME" is written to the file NAME in the temporary folder. Links must lead to a page and heading,
# names of files to a file.
# A fence "```output" is all that the last command before it printed, compared by scripts/shown_output.py: "…" stands for
# what differs from run to run or is left out. A session with data that are not here stands in "```text recorded" and is
# not compared; a fence with lines such as "$ adrep …" must say so. A fence "```cpp FILE" quotes FILE, "…" as in outputs.
# Every page has a folder and a cache of its own, so that it works without the others; two pages are checked at a time.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
all_pages=(README.md CONTRIBUTING.md docs/*.md)
passed=0 failed=0

result() { # PLACE TEXT PROBLEM [SECONDS]: an empty problem is a success
  if [ -z "$3" ]; then
    passed=$((passed + 1))
    if [ "${4:-0}" -ge 5 ]; then printf 'ok    %s  %s  (%s s)\n' "$1" "$2" "$4"; else printf 'ok    %s  %s\n' "$1" "$2"; fi
  else
    failed=$((failed + 1))
    printf 'FAIL  %s  %s\n      %s\n' "$1" "$2" "$3"
  fi
}

# What every page finds in its folder.
make_data() {
  cd "$template" || exit 1
  ln -s "$root/configs" configs
  adrep datasets make-demo my-parts train_per_class=12 normal_test_per_class=4 defects_per_type=1 size=128 >/dev/null || exit 1
  mkdir -p my-photos/masks
  cp -r my-parts/fabric/train/good my-photos/good
  for image in my-parts/fabric/test/good/*.png; do cp "$image" "my-photos/good/more-$(basename "$image")"; done
  cp -r my-parts/circuit_board/train/good my-new-photos
  for defect in hole stain; do
    cp -r "my-parts/fabric/test/$defect" "my-photos/$defect"
    cp -r "my-parts/fabric/ground_truth/$defect" "my-photos/masks/$defect"
  done
  make_maps
  cd "$root" || exit 1
}

npy() { # SHAPE BYTES: an array of 8-bit numbers, written in octal escapes
  local header="{'descr': '|u1', 'fortran_order': False, 'shape': $1, }"
  printf '\223NUMPY\1\0\166\0%-117s\n' "$header"
  printf '%b' "$2"
}

make_maps() {
  mkdir -p my-maps/maps/good my-maps/maps/hole my-maps/masks/hole
  local normal='\01\02\03\02' defect='\01\02\07\010'
  npy "(2, 2)" "$normal" >my-maps/maps/good/000.npy
  npy "(2, 2)" "$defect" >my-maps/maps/hole/000.npy
  npy "(2, 2)" '\0000\0000\0001\0001' >my-maps/masks/hole/000_mask.npy
  npy "(2, 2, 2)" "$normal$defect" >my-maps/maps.npy
  npy "(2, 2, 2)" '\0000\0000\0000\0000\0000\0000\0001\0001' >my-maps/masks.npy
  printf 'map,mask\nmaps/good/000.npy,\nmaps/hole/000.npy,masks/hole/000_mask.npy\n' >my-maps/manifest.csv
}

# One line "PLACE<tab>KIND<tab>WHAT" for each thing of a page that is checked: a command; an output or a quotation of
# sources, in a file; a fence that is wrong. "```yaml NAME" fences go to files.
checks_of() { # PAGE
  awk -v page="$1" -v work="$work" '
    function check(line, kind, what) { printf "%s:%d\t%s\t%s\n", page, line, kind, what }
    /^```/ && fence == "" {
      fence = $1; begin = NR; recorded = $2 == "recorded"; kind = what = file = ""
      if (fence == "```yaml" && NF > 1) file = work "/" $2
      if (fence == "```output") { file = work ".shown/" NR; kind = "output"; what = file }
      if (fence == "```cpp" && NF > 1) { file = work ".shown/" NR; kind = "quotation"; what = file " " $2 }
      if (file != "") printf "%s", (kind == "quotation" ? "…\n" : "") > file
      next
    }
    /^```/ {
      if (kind == "quotation") print "…" > file
      if (file != "") close(file)
      if (kind != "") check(begin, kind, what)
      fence = file = ""
      next
    }
    file != "" { print > file }
    fence == "```text" && !recorded && /^(\$ adrep|adrep:|note:|report:) / {
      check(NR, "wrong", "an output that is not compared: write ```sh and ```output, or ```text recorded") }
    fence == "```sh" && NF > 0 && $1 !~ /^#/ { check(NR, "command", $0) }
    END { if (fence != "") check(begin, "wrong", "a fence that is not closed") }' "$1"
}

run_adrep() { # PLACE LINE
  local wanted=0 code start=$SECONDS problem=
  [[ $2 =~ \#\ exits\ ([0-9]+)$ ]] && wanted=${BASH_REMATCH[1]}
  (cd "$work" && timeout 600 bash -c "$2" >"$work.out" 2>"$work.err" </dev/null)
  code=$?
  [ "$code" -eq "$wanted" ] || problem="exit code $code instead of $wanted: $(cat "$work.out" "$work.err")"
  result "$1" "$2" "$problem" $((SECONDS - start))
}

check_output() { # PLACE FILE: of the last command
  result "$1" "its output" "$(python3 scripts/shown_output.py "$2" "$work.out" "$work.err")"
}

check_quotation() { # PLACE FILE SOURCE
  if [ -f "$3" ]; then
    result "$1" "$3" "$(python3 scripts/shown_output.py "$2" "$3" /dev/null)"
  else
    result "$1" "$3" "there is no such file to quote"
  fi
}

check_preset() { # PLACE LINE
  local preset
  preset=$(sed -nE 's,.*(--preset[ =]|build/)([a-z]+).*,\2,p' <<<"$2")
  if [ -n "$preset" ] && grep -q "\"name\": \"$preset\", \"displayName\"" CMakePresets.json; then
    result "$1" "$2" ""
  else
    result "$1" "$2" "no such preset in CMakePresets.json: '$preset'"
  fi
}

check_command() { # PLACE LINE
  local script
  if [[ $2 =~ ^([A-Z_]+=[^ ]*\ )*adrep\  ]]; then
    run_adrep "$1" "$2"
  elif [[ $2 =~ ^([A-Z_]+=[^ ]*\ )*(scripts/[a-z_]+\.sh) ]]; then
    script=${BASH_REMATCH[2]}
    if [ -x "$script" ]; then result "$1" "$2" ""; else result "$1" "$2" "$script is not there or not executable"; fi
  elif [[ $2 =~ ^(cmake|ctest)\  ]]; then
    check_preset "$1" "$2"
  else
    result "$1" "$2" "only adrep, scripts/, cmake and ctest lines can be checked: use a \`\`\`text fence"
  fi
}

anchors_of() { # PAGE: as GitHub makes them of headings
  sed -nE 's/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' | LC_ALL=C sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

check_links() { # PAGE
  local target file
  while read -r target; do
    file=${target%%#*}
    if [ -n "$file" ]; then file=$(dirname "$1")/$file; else file=$1; fi
    if [ ! -e "$file" ]; then
      result "$1" "$target" "a link to nothing"
    elif [[ $target == *#* ]] && ! anchors_of "$file" | grep -qxF "${target#*#}"; then
      result "$1" "$target" "a link to a heading that is not there"
    fi
  done < <(awk '/^```/ { fenced = !fenced } !fenced' "$1" | grep -oE '\]\([^)]+\)' | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^[a-z]+:')
}

# Files of the tree that a page names must be there; those of an example have NAME or my_ in theirs.
check_files() { # PAGE
  local file folders='core|datasets|detectors|benchmarks|bindings|cli|tests|scripts|configs|docs|cmake'
  while read -r file; do
    [ -e "$file" ] || result "$1" "$file" "no such file in the tree"
  done < <(awk '/^```/ { fenced = !fenced } !fenced' "$1" | grep -oE "\`($folders)/[A-Za-z0-9_./-]+\.[a-z]+\`" | tr -d '`' | grep -vE 'NAME|my_')
}

check_page() { # PAGE
  work=$folder/$(tr / _ <<<"$1")
  cp -a "$template" "$work"
  export ADREP_CACHE=$work.cache # outputs say what came from the cache
  mkdir "$work.shown"
  touch "$work.out" "$work.err"
  check_links "$1"
  check_files "$1"
  while IFS=$'\t' read -r place kind what; do
    case $kind in
      command) check_command "$place" "$what" ;;
      output) check_output "$place" "$what" ;;
      quotation) check_quotation "$place" "${what%% *}" "${what#* }" ;;
      wrong) result "$place" "a fence" "$what" ;;
    esac
  done < <(checks_of "$1")
  echo "$passed $failed" >>"$folder/counts"
  rm -rf "$work" "$work".*
}

if [ "${1:-}" = --page ]; then # as this script calls itself: FOLDER PAGE
  folder=$2 template=$2/template
  check_page "$3" >"$folder/said.$$"
  cat "$folder/said.$$"
  exit
fi
program_folder=$(realpath "${1:-build/release/bin}") || exit 1
[ -x "$program_folder/adrep" ] || { echo "check_docs: $program_folder/adrep is not there: run scripts/build.sh, or name the folder of the program" >&2; exit 2; }
if [ $# -gt 1 ]; then pages=("${@:2}"); else pages=("${all_pages[@]}"); fi
folder=$(mktemp -d) template=$folder/template
trap 'rm -rf "$folder"' EXIT
mkdir "$template"
export PATH="$program_folder:$PATH"
export OMP_WAIT_POLICY=passive # threads that wait must not keep the cores of a busy machine
unset ADREP_DATA
# caches of its own; the weights stay where they are
user_cache=${ADREP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adrep}
export ADREP_WEIGHTS=${ADREP_WEIGHTS:+$ADREP_WEIGHTS:}$user_cache/weights ADREP_CACHE=$folder/cache
make_data
# the longest pages first
ls -S "${pages[@]}" | xargs -P 2 -I{} "$0" --page "$folder" {}
awk -v pages=${#pages[@]} '{ passed += $1; failed += $2 } END {
  printf "%d passed, %d failed\n", passed, failed
  exit failed > 0 || NR != pages }' "$folder/counts"

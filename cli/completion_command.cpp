#include <fmt/format.h>

#include "benchmarks/comparison/compare_settings.h"
#include "benchmarks/map_evaluation/metrics_settings.h"
#include "benchmarks/plan/run_settings.h"
#include "cli/command.h"

namespace adrep::cli {
namespace {

/// "key=" for every key and "key=choice" for every choice.
std::string key_words(const ParamList& params, const std::string& prefix) {
  std::string words;
  for (const Param& param : params.all()) {
    if (param.choices.empty()) words += " " + prefix + param.name + "=";
    for (const std::string& choice : param.choices) words += " " + prefix + param.name + "=" + choice;
  }
  return words;
}

std::string run_words() {
  std::string words = key_words(params_of<RunSettings>(), "");
  for (const auto& [name, entry] : DetectorRegistry::instance().all()) words += key_words(*entry.params, name + ".");
  return words;
}

std::string command_names(const CLI::App& app) {
  std::string names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) names += " " + sub->get_name();
  return names;
}

std::string bash_script(const CLI::App& program) {
  return fmt::format(R"(_adrep() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} line=${{COMP_LINE:0:COMP_POINT}}
  word=${{line##* }}
  local words=""
  case "${{COMP_WORDS[1]}}" in
    run) words="{} --print-config --dry-run --quiet --verbose --help" ;;
    metrics) words="{} --format --quiet --verbose --help" ;;
    compare) words="{}" ;;
    datasets) words="{}" ;;
    cache) words="{}" ;;
    *) words="{}" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="{}"
  local cut=0; case "$word" in *=*) cut=$(( ${{#word}} - ${{#COMP_WORDS[COMP_CWORD]}} )) ;; esac
  [ "${{COMP_WORDS[COMP_CWORD]}}" = "=" ] && cut=${{#word}}
  local match; COMPREPLY=()
  for match in $(compgen -W "$words" -- "$word"); do COMPREPLY+=("${{match:$cut}}"); done
  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "${{word##*=}}"))
  [[ ${{COMPREPLY[0]-}} == *= ]] && compopt -o nospace
  return 0
}}
complete -F _adrep adrep
)",
                     run_words(), key_words(params_of<MetricsSettings>(), ""),
                     key_words(params_of<CompareSettings>(), ""), command_names(*program.get_subcommand("datasets")),
                     command_names(*program.get_subcommand("cache")), command_names(program), command_names(program));
}

}  // namespace

void add_completion_command(CLI::App& program) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("completion", "shell completion");
  command->add_option("shell", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  command->footer("example: source <(adrep completion bash)");
  command->callback([shell, &program] {
    if (*shell == "zsh") fmt::print("autoload -Uz bashcompinit && bashcompinit\n");
    fmt::print("{}", bash_script(program));
  });
}

}  // namespace adrep::cli

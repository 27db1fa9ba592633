// Shell completion, in a bash that loads the script: what it offers is what the commands' own help shows.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <set>
#include <sstream>

#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/program.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
using test::run_command;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

using WordSet = std::set<std::string>;

/// The script of `adrep completion bash` in a file.
class CompletionScript {
 public:
  CompletionScript() {
    write_file_atomically(script(), adrep_program("completion bash").text);
    write_file_atomically(folder_ / "caller", R"(
      source "$1"
      COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
      _adrep adrep
      printf '%s\n' "${COMPREPLY[@]}"
    )");
  }

  std::string script() const { return (folder_ / "adrep.bash").string(); }

  /// What bash is told to put in place of the line's last word, or of what stands behind its last '=' or ':'.
  WordSet offered(const std::string& line) const {
    const auto result = run_command(fmt::format("bash {} {} '{}'", (folder_ / "caller").string(), script(), line));
    INFO(result.text);
    REQUIRE(result.code == 0);
    std::istringstream lines(result.text);
    WordSet words;
    for (std::string word; std::getline(lines, word);)
      if (!word.empty()) words.insert(word);
    return words;
  }

 private:
  TemporaryFolder folder_;
};

/// What `adrep ARGUMENTS --help` prints; asked once for each.
const std::string& help_of(const std::string& arguments) {
  static std::map<std::string, std::string> known;
  const auto place = known.find(arguments);
  return place != known.end() ? place->second
                              : known.emplace(arguments, adrep_program(arguments + " --help").text).first->second;
}

/// The sub-commands that `adrep ARGUMENTS --help` lists.
std::vector<std::string> subcommands_in_help(const std::string& arguments) {
  std::istringstream help(help_of(arguments));
  std::vector<std::string> names;
  std::string line;
  while (std::getline(help, line) && !line.starts_with("Subcommands:")) continue;
  while (std::getline(help, line) && line.starts_with("  "))
    if (line[2] != ' ') names.push_back(line.substr(2, line.find(' ', 2) - 2));
  return names;
}

/// The keys that it lists, each with its '='.
WordSet keys_in_help(const std::string& arguments) {
  std::istringstream help(help_of(arguments));
  WordSet keys;
  for (std::string line; std::getline(help, line);) {
    const size_t end = line.find("=  ");
    if (line.starts_with("  ") && end != std::string::npos && line.find(' ', 2) > end)
      keys.insert(line.substr(2, end - 1));
  }
  return keys;
}

/// The options that it lists.
WordSet options_in_help(const std::string& arguments) {
  std::istringstream help(help_of(arguments));
  WordSet options;
  std::string line;
  while (std::getline(help, line) && !line.starts_with("Options:")) continue;
  while (std::getline(help, line) && line.starts_with("  ")) {
    if (!line.starts_with("  -")) continue;
    std::istringstream names(line.substr(2, line.find(' ', 2) - 2));  // "-h,--help"
    for (std::string name; std::getline(names, name, ',');) options.insert(name);
  }
  return options;
}

bool holds(const WordSet& all, const WordSet& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

/// What an interactive bash makes of typed keys: the arguments of `adrep`, which is a function there that shows them.
std::string typed(const CompletionScript& script, const std::string& keys) {
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  REQUIRE(child >= 0);
  if (child == 0) {
    setenv("TERM", "dumb", 1);
    execlp("bash", "bash", "--norc", "--noprofile", "-i", static_cast<char*>(nullptr));
    _exit(127);
  }
  const std::string input = "bind 'set enable-bracketed-paste off'; source " + script.script() +
                            "; adrep() { printf '[%s]' \"$@\"; echo END; }\n" + keys + "\nexit\n";
  REQUIRE(write(terminal, input.data(), input.size()) == std::ssize(input));
  std::string text;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (char buffer[4096]; std::chrono::steady_clock::now() < end;) {
    pollfd ready{terminal, POLLIN, 0};
    if (poll(&ready, 1, 1000) <= 0) continue;
    const ssize_t count = read(terminal, buffer, sizeof(buffer));
    if (count <= 0) break;  // the shell has ended
    text.append(buffer, static_cast<size_t>(count));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(terminal);
  return text;
}

}  // namespace

TEST_CASE("completion offers every command and sub-command, option and key that the help shows", "[cli]") {
  const CompletionScript script;
  const std::vector<std::string> commands = subcommands_in_help("");
  REQUIRE(commands.size() > 10);
  CHECK(script.offered("adrep ") == WordSet(commands.begin(), commands.end()));
  size_t keys_seen = 0;
  const auto check = [&](const std::string& command) {
    INFO(command);
    const WordSet keys = keys_in_help(command);
    keys_seen += keys.size();
    CHECK(holds(script.offered("adrep " + command + " "), keys));
    const WordSet options = options_in_help(command);
    CHECK(options.contains("--help"));
    CHECK(holds(script.offered("adrep " + command + " -"), options));
    CHECK(script.offered("adrep " + command + " --q") == WordSet{"--quiet"});
  };
  for (const std::string& command : commands) {
    check(command);
    const std::vector<std::string> subcommands = subcommands_in_help(command);
    CHECK(holds(script.offered("adrep " + command + " "), WordSet(subcommands.begin(), subcommands.end())));
    for (const std::string& subcommand : subcommands) check(command + " " + subcommand);
  }
  CHECK(keys_seen > 200);
}

TEST_CASE("completion of keys and their values", "[cli]") {
  const CompletionScript script;
  CHECK(script.offered("adrep pretrain ep") == WordSet{"epochs="});
  CHECK(script.offered("adrep pretrain projector.m") == WordSet{"projector.merge="});
  CHECK(script.offered("adrep pretrain -q projector.merge=a") == WordSet{"auto", "add"});
  CHECK(script.offered("adrep pretrain data=x train_backbone=") == WordSet{"true", "false"});
  CHECK(script.offered("adrep run detector=pa") == WordSet{"padim", "patchcore"});
  CHECK(script.offered("adrep run x.yaml detector=padim,feature_norm,pa") ==
        WordSet{"padim,feature_norm,padim", "padim,feature_norm,patchcore"});
  CHECK(script.offered("adrep run backbone=torch") == WordSet{"torchscript:"});
  CHECK(script.offered("adrep run backbone=torchscript:").empty());  // a file
  CHECK(script.offered("adrep run data=").empty());
  CHECK(script.offered("adrep visualize features per") == WordSet{"perplexity="});
  CHECK(script.offered("adrep datasets leakage a b dis") == WordSet{"distance="});
  CHECK(script.offered("adrep bench precision patchcore.ra") == WordSet{"patchcore.ratio="});
  const WordSet patchcore = script.offered("adrep run patchcore.");
  CHECK(patchcore == script.offered("adrep bench precision patchcore."));
  CHECK(holds(patchcore, {"patchcore.ratio=", "patchcore.coreset=", "patchcore.sigma="}));
  for (const std::string& key : patchcore) CHECK_THAT(key, Catch::Matchers::StartsWith("patchcore."));
}

TEST_CASE("completion of sub-commands, names and values of options", "[cli]") {
  const CompletionScript script;
  CHECK(script.offered("adrep weights ") == WordSet{"list", "verify", "convert", "export"});
  CHECK(script.offered("adrep weights ex") == WordSet{"export"});
  CHECK(script.offered("adrep weights verify resnet") == WordSet{"resnet18", "resnet50"});
  CHECK(script.offered("adrep weights export a b --log-scale ") == WordSet{"freia_0.2", "freia_2023"});
  CHECK(holds(script.offered("adrep inspect "), {"efficientnet_lite0", "dinov2_base", "torchscript:"}));
  CHECK(script.offered("adrep inspect resnet18 --p") == WordSet{"--precision"});
  CHECK(script.offered("adrep inspect resnet18 --precision ") == WordSet{"fp32", "bf16", "fp16", "auto"});
  CHECK(script.offered("adrep inspect resnet18 --weights ").empty());  // a file
  CHECK(script.offered("adrep metrics e") == WordSet{"explain"});
  CHECK(script.offered("adrep metrics a.npy b.npy --format t") == WordSet{"text", "tex"});
  CHECK(script.offered("adrep -q datasets make-mini m") == WordSet{"manifest", "mpdd", "mvtec_3d", "mvtec_ad"});
  CHECK(script.offered("adrep datasets info ").empty());  // a folder
  CHECK(script.offered("adrep datasets info x --layout vi") == WordSet{"visa"});
  CHECK(script.offered("adrep completion ") == WordSet{"bash", "zsh"});
  CHECK(holds(script.offered("adrep doctor "), {"--help", "--quiet"}));
  CHECK(script.offered("adrep nothing_like_it").empty());
}

TEST_CASE("an interactive bash completes what is typed", "[cli]") {
  const CompletionScript script;
  CHECK_THAT(typed(script, "adrep we\tex\tmodel"), Contains("[weights][export][model]END"));
  CHECK_THAT(typed(script, "adrep run detector=patc\tfeatures=padi"),
             Contains("[run][detector=patchcore][features=padi]END"));
  CHECK_THAT(typed(script, "adrep pretrain epo\t3 sel\tval\t"),
             Contains("[pretrain][epochs=3][selection=validation]END"));
  CHECK_THAT(typed(script, "adrep run detector=padim,patc\tpatchcore.rat\t0.5"),
             Contains("[run][detector=padim,patchcore][patchcore.ratio=0.5]END"));
  CHECK_THAT(typed(script, "adrep completion \x1b?z\t"), Contains("bash") && Contains("[completion][zsh]END"));
  const TemporaryFolder folder;
  write_file_atomically(folder / "network.pt", "");
  const std::string file = (folder / "network.pt").string(), begun = file.substr(0, file.size() - 4);
  CHECK_THAT(typed(script, "adrep run backbone=torch\t" + begun + "\t"),
             Contains("[run][backbone=torchscript:" + file + "]END"));
}

TEST_CASE("zsh gets the same function through bashcompinit", "[cli]") {
  const std::string zsh = adrep_program("completion zsh").text, bash = adrep_program("completion bash").text;
  const size_t end = bash.find("complete -o");
  REQUIRE(end != std::string::npos);
  CHECK_THAT(zsh, Catch::Matchers::StartsWith("autoload -Uz bashcompinit && bashcompinit\n" + bash.substr(0, end)));
}

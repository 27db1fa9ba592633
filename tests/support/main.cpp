#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "benchmarks/run/shard.h"
#include "core/base/error.h"

namespace {

/// Takes "--part K/N" out of the command line, as Catch2's third version has it under another name; without it all
/// tests are the part. Throws InputError.
adrep::Shard take_part(std::vector<char*>& arguments) {
  const auto place =
      std::find_if(arguments.begin(), arguments.end(), [](const char* a) { return std::string(a) == "--part"; });
  if (place == arguments.end()) return {};
  const bool given = place + 1 != arguments.end();
  const adrep::Shard part = adrep::shard_from(given ? place[1] : "", "--part");
  arguments.erase(place, place + 2);
  return part;
}

/// Takes all tests out of Catch2's list but every N-th of those selected: neighbours in a file, which often take as
/// long, go to different parts. (Names as a selection would be printed in front of every failure.)
void keep_part(Catch::Session& session, const adrep::Shard& part) {
  const Catch::Config config(session.configData());
  const std::vector<Catch::TestCase>& all = Catch::getRegistryHub().getTestCaseRegistry().getAllTests();
  const std::vector<Catch::TestCase> selected = Catch::filterTests(all, config.testSpec(), config);
  std::vector<Catch::TestCase> kept;
  for (auto i = static_cast<size_t>(part.number - 1); i < selected.size(); i += static_cast<size_t>(part.of))
    kept.push_back(selected[i]);
  const_cast<std::vector<Catch::TestCase>&>(all) = std::move(kept);  // a list that main() comes before any use of
}

}  // namespace

/// A test case or section without an assertion fails, and so does a selection without a test case: neither may pass by
/// doing nothing.
int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  adrep::Shard part;
  try {
    part = take_part(arguments);
  } catch (const adrep::InputError& error) {
    std::cerr << "adrep_tests: " << error.what() << '\n';
    return 2;
  }
  Catch::Session session;
  session.configData().warnings =
      static_cast<Catch::WarnAbout::What>(Catch::WarnAbout::NoAssertions | Catch::WarnAbout::NoTests);
  if (const int failed = session.applyCommandLine(static_cast<int>(arguments.size()), arguments.data())) return failed;
  if (part.of > 1 && !session.configData().showHelp) keep_part(session, part);
  return session.run();
}

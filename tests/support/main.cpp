#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <charconv>

namespace {

/// One of `count` shares of the tests, from 1; 1/1 is all of them.
struct Part {
  size_t index = 1, count = 1;
};

/// Takes "--part K/N" out of the command line, as Catch2's third version has it under another name; nothing where it is
/// wrong.
std::optional<Part> take_part(std::vector<char*>& arguments) {
  const auto place =
      std::find_if(arguments.begin(), arguments.end(), [](const char* a) { return std::string(a) == "--part"; });
  if (place == arguments.end()) return Part{};
  if (place + 1 == arguments.end()) return std::nullopt;
  const std::string given = place[1];
  Part part;
  const char* const end = given.data() + given.size();
  const auto index = std::from_chars(given.data(), end, part.index);
  if (index.ec != std::errc() || index.ptr == end || *index.ptr != '/') return std::nullopt;
  const auto count = std::from_chars(index.ptr + 1, end, part.count);
  if (count.ec != std::errc() || count.ptr != end || part.index < 1 || part.index > part.count) return std::nullopt;
  arguments.erase(place, place + 2);
  return part;
}

/// Takes all tests out of Catch2's list but every N-th of those selected: neighbours in a file, which often take as
/// long, go to different parts. (Names as a selection would be printed in front of every failure.)
void keep_part(Catch::Session& session, const Part& part) {
  const Catch::Config config(session.configData());
  const std::vector<Catch::TestCase>& all = Catch::getRegistryHub().getTestCaseRegistry().getAllTests();
  const std::vector<Catch::TestCase> selected = Catch::filterTests(all, config.testSpec(), config);
  std::vector<Catch::TestCase> kept;
  for (size_t i = part.index - 1; i < selected.size(); i += part.count) kept.push_back(selected[i]);
  const_cast<std::vector<Catch::TestCase>&>(all) = std::move(kept);  // a list that main() comes before any use of
}

}  // namespace

/// A test case or section without an assertion fails, and so does a selection without a test case: neither may pass by
/// doing nothing.
int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  const std::optional<Part> part = take_part(arguments);
  if (!part) {
    std::cerr << "adrep_tests: --part: give K/N, the K-th of N shares of the tests\n";
    return 2;
  }
  Catch::Session session;
  session.configData().warnings =
      static_cast<Catch::WarnAbout::What>(Catch::WarnAbout::NoAssertions | Catch::WarnAbout::NoTests);
  if (const int failed = session.applyCommandLine(static_cast<int>(arguments.size()), arguments.data())) return failed;
  if (part->count > 1 && !session.configData().showHelp) keep_part(session, *part);
  return session.run();
}

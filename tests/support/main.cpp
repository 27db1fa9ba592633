#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

/// A test case or section without an assertion fails, and so does a selection without a test case: neither may pass by
/// doing nothing.
int main(int argc, char** argv) {
  Catch::Session session;
  session.configData().warnings =
      static_cast<Catch::WarnAbout::What>(Catch::WarnAbout::NoAssertions | Catch::WarnAbout::NoTests);
  return session.run(argc, argv);
}

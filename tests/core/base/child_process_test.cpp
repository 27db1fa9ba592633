#include "core/base/child_process.h"

#include <signal.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/stopwatch.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// Waits for the end of both channels and returns all lines.
std::vector<std::string> all_lines(LineChannel& channel) {
  std::vector<std::string> lines;
  while (std::optional<std::string> line = channel.next()) lines.push_back(*line);
  return lines;
}

ChildProcess shell(const std::string& script) {
  return ChildProcess({"/bin/sh", "-c", script});
}

}  // namespace

TEST_CASE("a child answers lines with lines, and its output is lines, too", "[process]") {
  ChildProcess child =
      shell("while read line <&3; do echo \"said $line\"; echo \"error $line\" >&2; echo \"got $line\" >&3; done");
  const std::string longer(100'000, 'x');  // more than a socket holds
  for (const std::string& line : {std::string("one"), longer}) {
    REQUIRE(child.channel().send(line));
    CHECK(child.output().next() == "said " + line);
    CHECK(child.output().next() == "error " + line);
    CHECK(child.channel().next() == "got " + line);
  }
  CHECK(child.channel().received().empty());
  CHECK_FALSE(child.channel().closed());
}

TEST_CASE("how a child ended is known", "[process]") {
  ChildProcess good = shell("echo last; exit 0"), bad = shell("exit 3"), killed = shell("kill -9 $$");
  CHECK(all_lines(good.output()) == std::vector<std::string>{"last"});
  CHECK(good.wait().empty());
  CHECK(bad.wait() == "exit code 3");
  CHECK_FALSE(bad.was_killed());
  CHECK_THAT(killed.wait(), Contains("signal 9"));
  CHECK(killed.was_killed());
  CHECK_FALSE(killed.channel().next());
  CHECK_FALSE(killed.channel().send("nobody hears"));
  CHECK_THROWS_AS(ChildProcess({"/nowhere/at/all"}), Error);
}

TEST_CASE("a child that is asked to stop gets SIGTERM, and one without owner ends", "[process]") {
  {
    ChildProcess child = shell("trap 'echo stopped; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    CHECK(child.output().next() == "ready");
    child.interrupt();
    CHECK(child.output().next() == "stopped");
    CHECK(child.wait().empty());
  }
  const Stopwatch watch;
  { const ChildProcess child = shell("exec sleep 30"); }
  CHECK(watch.seconds() < 10);
}

TEST_CASE("waiting for channels ends with the first that has something, or with the time", "[process]") {
  ChildProcess quiet = shell("exec sleep 30"), speaks = shell("echo here >&3; exec sleep 30");
  wait_for_any({&quiet.channel(), &speaks.channel()}, std::chrono::seconds(20));
  CHECK(speaks.channel().received() == std::vector<std::string>{"here"});
  CHECK(quiet.channel().received().empty());
  const Stopwatch watch;
  wait_for_any({&quiet.channel()}, std::chrono::milliseconds(50));
  CHECK(watch.seconds() < 10);
}

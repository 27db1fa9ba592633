#include "benchmarks/prediction/path_lines.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <array>
#include <string_view>
#include <thread>

#include "core/base/error.h"

using namespace adrep;
using Lines = std::vector<std::string>;

namespace {

struct TestPipe {
  std::array<int, 2> ends{};
  TestPipe() { REQUIRE(pipe(ends.data()) == 0); }
  ~TestPipe() {
    close(ends[0]);
    end();
  }
  void put(std::string_view text) const { REQUIRE(write(ends[1], text.data(), text.size()) == std::ssize(text)); }
  void end() {
    if (ends[1] >= 0) close(ends[1]);
    ends[1] = -1;
  }
};

}  // namespace

TEST_CASE("paths are handed out as they come, without waiting for more", "[prediction]") {
  TestPipe pipe;
  PathLines lines(pipe.ends[0]);
  pipe.put("a.png\r\n\nb c.png\nd");
  CHECK(lines.next(16) == Lines{"a.png", "b c.png"});  // though the pipe stays open
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pipe.put(".png\n1\n2\n3\n");
  });
  CHECK(lines.next(1) == Lines{"d.png"});
  writer.join();
  CHECK(lines.next(2) == Lines{"1", "2"});
  pipe.put("last");
  pipe.end();
  CHECK(lines.next(2) == Lines{"3", "last"});
  CHECK(lines.next(2).empty());
  CHECK(lines.next(2).empty());
}

TEST_CASE("a line that is no path is refused", "[prediction]") {
  TestPipe pipe;
  PathLines lines(pipe.ends[0]);
  std::thread writer([&] {
    for (int i = 0; i < 9; ++i) pipe.put(std::string(10'000, 'x'));
  });
  CHECK_THROWS_AS(lines.next(1), InputError);
  writer.join();
}

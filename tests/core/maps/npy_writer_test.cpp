#include "core/maps/npy_writer.h"

#include <catch2/catch.hpp>

#include <cstring>

#include "core/base/atomic_file.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("npy files are what numpy.save writes", "[maps]") {
  const test::TemporaryFolder folder;
  const std::vector<float> values{1, -2.5f, 0, 3e-20f, 5, 6};
  write_npy(folder / "a.npy", values, {2, 3});
  const std::string bytes = read_file(folder / "a.npy");
  // numpy.save(f, numpy.zeros((2, 3), '<f4')): 128 bytes before the values
  const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
  const std::string expected =
      std::string("\x93NUMPY\x01\x00\x76\x00", 10) + dictionary + std::string(117 - dictionary.size(), ' ') + "\n";
  REQUIRE(bytes.size() == 128 + 24);
  CHECK(bytes.substr(0, 128) == expected);
  CHECK(std::memcmp(bytes.data() + 128, values.data(), 24) == 0);

  write_npy(folder / "b.npy", std::vector<float>{7}, {1});
  CHECK(read_file(folder / "b.npy").find("'shape': (1,), }") != std::string::npos);
  CHECK_THROWS(write_npy(folder / "c.npy", values, {2, 2}));
  CHECK_FALSE(std::filesystem::exists(folder / "c.npy"));
}

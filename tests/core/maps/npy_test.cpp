#include "core/maps/npy.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "map_files_support.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// 1 where not 0.
std::vector<uint8_t> mask_of(const ArrayStack& stack, int64_t image = 0) {
  MaskFacts facts;
  return stack.mask(image, {}, facts);
}

Array read_array(const std::string& bytes) {
  const auto owner = std::make_shared<std::string>(bytes);
  return read_npy({*owner, owner}, "a.npy");
}

/// All values of an array of two images of 1x3.
std::vector<float> all_scores(const std::string& bytes) {
  const ArrayStack stack(read_array(bytes));
  REQUIRE((stack.images() == 2 && stack.height() == 1 && stack.width() == 3));
  std::vector<double> scores = stack.scores(0);
  const std::vector<double> second = stack.scores(1);
  scores.insert(scores.end(), second.begin(), second.end());
  return {scores.begin(), scores.end()};
}

template <class T>
void check_type(const std::string& code, const std::vector<T>& values) {
  INFO(code);
  const std::vector<float> expected(values.begin(), values.end());
  for (const bool big : {false, true})
    CHECK(all_scores(npy((big ? ">" : "<") + code, "(2, 1, 3)", numbers_bytes(values, big))) == expected);
}

}  // namespace

TEST_CASE("npy: every type of number in both byte orders") {
  check_type<float>("f4", {0.5f, -1.25f, 3e38f, 1e-40f, 0, 7});
  check_type<double>("f8", {0.5, -1.25, 1e30, 0.1, 0, 7});
  check_type<uint16_t>("u2", {0, 1, 65535, 256, 255, 7});
  check_type<int16_t>("i2", {0, -1, 32767, -32768, 255, 7});
  check_type<uint32_t>("u4", {0, 1, 4294967295u, 65536, 255, 7});
  check_type<int32_t>("i4", {0, -1, 2147483647, -65536, 255, 7});
  check_type<uint64_t>("u8", {0, 1, 18446744073709551615u, uint64_t{1} << 40, 255, 7});
  check_type<int64_t>("i8", {0, -1, -(int64_t{1} << 40), 5, 255, 7});
  CHECK(all_scores(npy("|u1", "(2, 1, 3)", std::string("\0\1\377\2\3\4", 6))) ==
        std::vector<float>{0, 1, 255, 2, 3, 4});
  CHECK(all_scores(npy("|i1", "(2, 1, 3)", std::string("\0\1\377\2\3\4", 6))) == std::vector<float>{0, 1, -1, 2, 3, 4});
  CHECK(all_scores(npy("|b1", "(2, 1, 3)", std::string("\0\1\1\0\0\1", 6))) == std::vector<float>{0, 1, 1, 0, 0, 1});
  // float16: 1.0 = 0x3c00, -2.0 = 0xc000, the largest 65504 = 0x7bff, the smallest 2^-24 = 0x0001
  const std::vector<uint16_t> halves{0x3c00, 0xc000, 0x7bff, 0x0001, 0, 0x3800};
  for (const bool big : {false, true})
    CHECK(all_scores(npy(big ? ">f2" : "<f2", "(2, 1, 3)", numbers_bytes(halves, big))) ==
          std::vector<float>{1, -2, 65504, std::ldexp(1.0f, -24), 0, 0.5f});
}

TEST_CASE("npy: float64 beyond float32 becomes infinite") {
  const std::vector<double> values{1e39, -1e300, 3e38, 0, 0, 0};
  const std::vector<float> scores = all_scores(npy("<f8", "(2, 1, 3)", numbers_bytes(values)));
  CHECK((std::isinf(scores[0]) && std::isinf(scores[1]) && std::isfinite(scores[2])));
}

TEST_CASE("npy: C and Fortran order give the same images; all shapes and versions") {
  // element [n, y, x] = 100 n + 10 y + x, shape [2, 3, 4]
  std::vector<int32_t> c_order, fortran_order;
  for (int n = 0; n < 2; ++n)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 4; ++x) c_order.push_back(100 * n + 10 * y + x);
  for (int x = 0; x < 4; ++x)
    for (int y = 0; y < 3; ++y)
      for (int n = 0; n < 2; ++n) fortran_order.push_back(100 * n + 10 * y + x);
  for (const int version : {1, 2, 3})
    for (const std::string shape : {"(2, 3, 4)", "(2, 1, 3, 4)"}) {
      const ArrayStack plain(read_array(npy("<i4", shape, numbers_bytes(c_order), false, version)));
      const ArrayStack swapped(read_array(npy("<i4", shape, numbers_bytes(fortran_order), true, version)));
      REQUIRE((plain.images() == 2 && plain.height() == 3 && plain.width() == 4));
      for (int n = 0; n < 2; ++n) {
        CHECK(plain.scores(n)[5] == static_cast<float>(100 * n + 11));
        CHECK(plain.scores(n) == swapped.scores(n));
        CHECK(mask_of(plain, n) == mask_of(swapped, n));
      }
    }
  const ArrayStack single(read_array(npy("<f4", "(1, 2)", numbers_bytes<float>({3, 4}))));
  CHECK((single.images() == 1 && single.height() == 1 && single.width() == 2));
  const ArrayStack turned(read_array(npy("<f4", "(2, 2)", numbers_bytes<float>({1, 2, 3, 4}), true)));
  CHECK(turned.scores(0) == std::vector<double>{1, 3, 2, 4});
}

TEST_CASE("npy: a channel of 1 is first or last, or there is none") {
  const std::string data = numbers_bytes<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const auto shape_of = [&](const std::string& shape) {
    const ArrayStack stack(read_array(npy("<f4", shape, data)));
    return std::vector<int64_t>{stack.images(), stack.height(), stack.width()};
  };
  CHECK(shape_of("(3, 4, 1)") == std::vector<int64_t>{1, 3, 4});
  CHECK(shape_of("(1, 3, 4)") == std::vector<int64_t>{1, 3, 4});
  CHECK(shape_of("(2, 2, 3, 1)") == std::vector<int64_t>{2, 2, 3});
  CHECK(shape_of("(2, 1, 2, 3)") == std::vector<int64_t>{2, 2, 3});
  CHECK(shape_of("(12, 1, 1)") == std::vector<int64_t>{12, 1, 1});
  for (const bool fortran : {false, true}) {
    // element [n, y, x] = 6 n + 3 y + x in C order; in Fortran order n varies fastest
    const ArrayStack last(read_array(npy("<f4", "(2, 2, 3, 1)", data, fortran)));
    for (int n = 0; n < 2; ++n)
      for (int y = 0; y < 2; ++y)
        for (int x = 0; x < 3; ++x)
          CHECK(last.scores(n)[static_cast<size_t>(3 * y + x)] == (fortran ? n + 2 * y + 4 * x : 6 * n + 3 * y + x));
  }
  for (const std::string shape : {"(2, 2, 3)", "(2, 3, 2, 1)"}) REQUIRE_NOTHROW(shape_of(shape));
  for (const std::string shape : {"(12,)", "(2, 3, 1, 2)", "(1, 1, 3, 4, 1)"})
    REQUIRE_THROWS_WITH(shape_of(shape), Contains("[N, H, W, 1]"));
}

TEST_CASE("npy: what NumPy wrote, byte for byte") {
  // numpy.save of numpy.array([[True, False]]), as the file holds it
  std::string bytes("\x93NUMPY\x01\x00\x76\x00", 10);
  bytes += "{'descr': '|b1', 'fortran_order': False, 'shape': (1, 2), }";
  bytes += std::string(128 - 1 - bytes.size(), ' ') + "\n" + std::string("\1\0", 2);
  CHECK(mask_of(ArrayStack(read_array(bytes))) == std::vector<uint8_t>{1, 0});
  CHECK_NOTHROW(
      read_array(npy_with_header("{\"shape\": (2L, 1L), \"descr\": \"<u1\", \"fortran_order\": True}", "ab")));
}

TEST_CASE("npy: masks are 1 where not 0, and NaN is refused") {
  const std::vector<float> values{0, -0.0f, 0.25f, -3};
  CHECK(mask_of(ArrayStack(read_array(npy("<f4", "(2, 2)", numbers_bytes(values))))) ==
        std::vector<uint8_t>{0, 0, 1, 1});
  const ArrayStack bad(read_array(npy("<f4", "(1, 1)", numbers_bytes<float>({std::nanf("")}))));
  REQUIRE_THROWS_WITH(mask_of(bad), Contains("NaN"));
}

TEST_CASE("npy: objects, records, texts and complex numbers are refused by name") {
  REQUIRE_THROWS_WITH(read_array(npy("|O", "(1, 1)", "12345678")), Contains("Python objects (dtype 'O')"));
  REQUIRE_THROWS_WITH(read_array(npy_with_header(
                          "{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,)}", "12345678")),
                      Contains("structured dtype"));
  for (const std::string descr : {"<U4", "|S8", "<c8", "<M8[ns]", "<f16", "<V8", "", "f4", "<"})
    REQUIRE_THROWS_WITH(read_array(npy(descr, "(1, 1)", "12345678")), Contains("dtype '" + descr + "'"));
}

TEST_CASE("npy: hostile headers are refused without an allocation of their size") {
  const std::string data(8, 'x');
  for (const std::string shape : {"(3,)",
                                  "(1, 1)",
                                  "(-1, -2)",
                                  "(4611686018427387904, 4611686018427387904)",
                                  "(9223372036854775807, 2)",
                                  "(0, 9223372036854775807, 9223372036854775807)",
                                  "(99999999999999999999999, 1)",
                                  "(2.0, 1)",
                                  "2",
                                  "(2",
                                  "()",
                                  "(1,,2)",
                                  "(1 2)",
                                  "[2]",
                                  "(2, 1, 'x')",
                                  "(((2, 1)))",
                                  "None",
                                  "(+2, 1)",
                                  "(0x2, 1)",
                                  "(1000000, 1000000)"}) {
    INFO(shape);
    REQUIRE_THROWS_AS(read_array(npy("<f4", shape, data)), InputError);
  }
  std::string many = "(";
  for (int i = 0; i < 1000; ++i) many += "1, ";
  many += ")";
  REQUIRE_THROWS_AS(read_array(npy("<f4", many, data)), InputError);
  for (const std::string header :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), 'more': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)} + exit()",
        "{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2, 1)}",
        "{'descr': '<f\\x34', 'fortran_order': False, 'shape': (2, 1)}", "{'descr': '<f4",
        "{'descr': {'a': {'b': {}}}, 'fortran_order': False, 'shape': (2, 1)}"}) {
    INFO(header);
    REQUIRE_THROWS_AS(read_array(npy_with_header(header, data)), InputError);
  }
  REQUIRE_THROWS_AS(read_array(npy_with_header(std::string(60000, '{'), data)), InputError);
  REQUIRE_THROWS_WITH(read_array(npy_with_header(std::string(200000, ' '), data, 2)), Contains("limit"));
}

TEST_CASE("npy: lengths that lie and files cut at every byte") {
  std::string good = npy("<f4", "(2, 1)", numbers_bytes<float>({1, 2}));
  REQUIRE_NOTHROW(read_array(good));
  for (size_t length = 0; length < good.size(); ++length)
    REQUIRE_THROWS_AS(read_array(good.substr(0, length)), InputError);
  REQUIRE_THROWS_WITH(read_array(good + "x"), Contains("needs 8 bytes, 9 are there"));
  std::string lying = good;
  lying[9] = '\x7f';
  REQUIRE_THROWS_WITH(read_array(lying), Contains("claims"));
  std::string wide = npy("<f4", "(2, 1)", numbers_bytes<float>({1, 2}), false, 2);
  wide.replace(8, 4, "\xff\xff\xff\xff");
  REQUIRE_THROWS_WITH(read_array(wide), Contains("claims 4294967295 bytes"));
  std::string unknown = good;
  unknown[6] = 4;
  REQUIRE_THROWS_WITH(read_array(unknown), Contains("version 4.0"));
  REQUIRE_THROWS_AS(ArrayStack(read_array(npy("<f4", "(0, 1)", ""))), InputError);
  REQUIRE_THROWS_WITH(ArrayStack(read_array(npy("<f4", "(1, 2, 1, 1)", numbers_bytes<float>({1, 2})))),
                      Contains("expected [N, H, W]"));
}

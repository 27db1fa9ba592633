#include "core/io/pickle.h"

#include <catch2/catch.hpp>

#include <limits>

#include "core/io/checkpoint_builder.h"

using namespace adrep;
using namespace adrep::test;

namespace {

pickle::Document parse(const std::string& bytes) {
  return pickle::parse(bytes, "file.pkl", [](const pickle::Global& global) { return global.module == "known"; });
}

template <class T>
T value(const std::string& opcodes) {
  return std::get<T>(parse(test::pickle(opcodes)).root);
}

std::string refused_pickle(const std::string& opcodes) {
  return refusal([&] { parse(test::pickle(opcodes)); });
}

}  // namespace

TEST_CASE("numbers are read in every width", "[io]") {
  REQUIRE(value<int64_t>("K\xff") == 255);
  REQUIRE(value<int64_t>("M\xe9\x03") == 1001);
  REQUIRE(value<int64_t>("J\xfb\xff\xff\xff") == -5);
  REQUIRE(value<int64_t>(std::string("\x8a\x00", 2)) == 0);
  REQUIRE(value<int64_t>("\x8a\x01\xff") == -1);
  REQUIRE(value<int64_t>(std::string("\x8a\x02\xff\x00", 4)) == 255);
  REQUIRE(value<int64_t>(std::string("\x8a\x06\x00\x00\x00\x00\x00\x01", 8)) == 1099511627776);
  for (const int64_t limit : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()})
    REQUIRE(value<int64_t>(integer(limit)) == limit);
  REQUIRE(value<int64_t>(std::string("\x8b\x01\x00\x00\x00\x7f", 6)) == 127);
  REQUIRE(value<double>(std::string("G\x40\x04\x00\x00\x00\x00\x00\x00", 9)) == 2.5);
  REQUIRE(value<bool>("\x88"));
  REQUIRE_FALSE(value<bool>("\x89"));
  REQUIRE(std::holds_alternative<std::monostate>(parse(test::pickle("N")).root));
  REQUIRE(refused_pickle(std::string("\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01", 11)).find("64 bits") !=
          std::string::npos);
}

TEST_CASE("texts, bytes and containers are read with the opcodes of protocols 2 to 5", "[io]") {
  // the document must outlive its text
  const auto is_ab = [](const std::string& opcodes) {
    const pickle::Document document = parse(test::pickle(opcodes));
    return *std::get<const std::string*>(document.root) == "ab";
  };
  REQUIRE(is_ab(text("ab")));
  REQUIRE(
      is_ab("\x8c\x02"
            "ab"));
  REQUIRE(is_ab(joined("\x8d", raw(uint64_t{2}), "ab")));
  REQUIRE(
      is_ab("U\x02"
            "ab"));
  REQUIRE(is_ab(joined("T", raw(uint32_t{2}), "ab")));
  for (const std::string& opcodes :
       {std::string("C\x02\x00\xff", 4), joined("B", raw(uint32_t{2}), std::string("\x00\xff", 2)),
        joined("\x8e", raw(uint64_t{2}), std::string("\x00\xff", 2))}) {
    const pickle::Document document = parse(test::pickle(opcodes));
    REQUIRE(std::get<const pickle::Bytes*>(document.root)->data == std::string("\x00\xff", 2));
  }
  // a list, a tuple of each length and a dictionary, the list reached twice through the memo
  const pickle::Document document = parse(joined("\x80\x04\x95", raw(uint64_t{0}),
                                                 "N\x94"
                                                 "0](K\x01K\x02"
                                                 "eK\x03"
                                                 "a\x94"
                                                 ")h\x01\x85h\x01h\x01\x86NNN\x87(NNNNt(K\x07Nd(t."));
  REQUIRE(std::get<pickle::Tuple*>(document.root)->items.empty());
  REQUIRE(document.lists.size() == 1);
  REQUIRE(document.lists[0].items.size() == 3);
  std::vector<size_t> lengths;
  for (const pickle::Tuple& one : document.tuples) lengths.push_back(one.items.size());
  REQUIRE(lengths == std::vector<size_t>{0, 1, 2, 3, 4, 0});
  REQUIRE(std::get<pickle::List*>(document.tuples[2].items[1]) == &document.lists[0]);
  REQUIRE(document.dicts[0].items.size() == 1);
}

TEST_CASE("a call is noted with its arguments, items and state, not made", "[io]") {
  const pickle::Document document =
      parse(test::pickle(global("known", "Class") + tuple({"K\x01"}) + "R" + set_items({{"key", "N"}}) +
                         "K\x05"
                         "b"));
  const auto* object = std::get<pickle::Object*>(document.root);
  REQUIRE(object->type->full_name() == "known.Class");
  REQUIRE(std::get<int64_t>(object->arguments->items.at(0)) == 1);
  REQUIRE(object->items.items.size() == 1);
  REQUIRE(std::get<int64_t>(object->state) == 5);
  // protocol 4's way to name it
  const pickle::Document newer = parse(joined("\x80\x04", text("known"), text("Class"), "\x93)\x81."));
  REQUIRE(std::get<pickle::Object*>(newer.root)->type->name == "Class");
}

TEST_CASE("an unknown global is refused by its name", "[io]") {
  const std::string message = refused_pickle(global("posix", "system") + tuple({text("true")}) + "R");
  REQUIRE(message ==
          "file.pkl: refused: it uses 'posix.system', which a checkpoint of tensors does not need (nothing in "
          "it was run)");
  REQUIRE(refused_pickle(text("builtins") + text("eval") + "\x93").find("'builtins.eval'") != std::string::npos);
  // a name cannot break the one line of a message
  REQUIRE(refused_pickle(text("a\nb\xff") + text("c") + "\x93").find("'a?b?.c'") != std::string::npos);
  REQUIRE_FALSE(refused_pickle(global(std::string(2000, 'x'), "name")).empty());
}

TEST_CASE("what the machine cannot do is refused", "[io]") {
  REQUIRE(refused_pickle("i").find("unknown opcode 0x69") != std::string::npos);
  const std::vector<std::string> programs = {"",
                                             "R",
                                             "t",
                                             "e",
                                             "a",
                                             "s",
                                             "b",
                                             "2",
                                             "0",
                                             "1",
                                             "q\x01",
                                             "\x94",
                                             "h\x01",
                                             "NNa",
                                             "N(NNu",
                                             "}(Nu",
                                             "NNb",
                                             "N)R",
                                             global("known", "f") + "NR",
                                             "K\x01(\x85",
                                             "\x93",
                                             "\x80\x01N",
                                             "\x80\x06N",
                                             "X\xff\xff\xff\xff",
                                             "\x8d\xff\xff\xff\xff\xff\xff\xff\xff",
                                             "\x8b\xff\xff\xff\xff"};
  for (const std::string& program : programs) {
    INFO(program);
    REQUIRE(refused_pickle(program).starts_with("file.pkl: damaged: "));
  }
  REQUIRE(refusal([] { parse(""); }).starts_with("file.pkl: damaged: "));
  REQUIRE(refusal([] { parse("\x80\x02NNNN"); }).find("truncated") != std::string::npos);
}

TEST_CASE("the number of values is limited", "[io]") {
  for (const char* opcode : {"N", "("})
    REQUIRE(refused_pickle(std::string(4'000'001, *opcode)).find("more than 4000000") != std::string::npos);
  REQUIRE(refused_pickle(joined("N", std::string(4'000'001, '\x94'))).find("more than 4000000") != std::string::npos);
}

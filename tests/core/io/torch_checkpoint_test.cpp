#include "core/io/torch_checkpoint.h"

#include <catch2/catch.hpp>

#include "core/base/random.h"
#include "core/io/checkpoint_builder.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

const std::vector<Stored> two_storages = {{"0", 6, floats({0, 1, 2, 3, 4, 5})}, {"1", 3, std::string("\1\0\1", 3)}};

/// Tensors, shared storage, a view and each kind of plain value.
std::string small_object() {
  const std::string stored = storage("FloatStorage", "0", 6);
  return dict(
      {{"weights", ordered_dict({{"whole", tensor(stored, 0, {2, 3}, {3, 1})},
                                 {"turned", tensor(stored, 0, {3, 2}, {1, 3})},
                                 {"one", tensor(stored, 5, {}, {})},
                                 {"none", tensor(stored, 6, {0, 2}, {2, 1})},
                                 {"mask", tensor(storage("BoolStorage", "1", 3), 0, {3}, {1})}})},
       {"parameter", call(global("torch._utils", "_rebuild_parameter"),
                          {tensor(stored, 2, {2}, {2}), "\x88", call(global("collections", "OrderedDict"), {})})},
       {"epoch", "K\x03"},
       {"list", list({"K\x01", text("a"), tuple({"N", "\x88"})})}});
}

struct File {
  TemporaryFolder folder;
  std::filesystem::path path = folder / "weights.pth";
  explicit File(const std::string& bytes) { write(path, bytes); }
  CheckpointValue read() const { return read_torch_checkpoint(path); }
};

std::string refused_checkpoint(const std::string& bytes) {
  const File file(bytes);
  return refusal([&] { file.read(); });
}

std::string refused_object(const std::string& opcodes, const std::vector<Stored>& storages = two_storages) {
  const std::string message = refused_checkpoint(zip_checkpoint(opcodes, storages));
  return message.find('\n') == std::string::npos ? message : "more than one line";
}

/// Reads every byte that a value leads to.
double touch(const CheckpointValue& value) {
  double sum = 0;
  if (value.tensor()) return value.tensor()->to(at::kDouble).nan_to_num(0, 0, 0).sum().item<double>();
  if (const auto* dict = value.dict() ? value.dict() : value.module() ? &value.module()->attributes : nullptr)
    for (const auto& [key, entry] : *dict) sum += touch(key) + touch(entry);
  if (const auto* items = value.list() ? value.list() : value.tuple())
    for (const CheckpointValue& item : *items) sum += touch(item);
  return sum;
}

}  // namespace

TEST_CASE("both formats, also deflated, give the same values", "[io]") {
  for (const std::string& bytes :
       {zip_checkpoint(small_object(), two_storages), zip_checkpoint(small_object(), two_storages, true),
        legacy_checkpoint(small_object(), two_storages)}) {
    const CheckpointValue checkpoint = File(bytes).read();  // the tensors outlive the file
    const CheckpointValue& weights = *checkpoint.find("weights");
    REQUIRE(weights.dict()->size() == 5);
    const at::Tensor whole = *weights.find("whole")->tensor(), turned = *weights.find("turned")->tensor();
    REQUIRE(at::equal(whole, at::arange(6, at::kFloat).view({2, 3})));
    REQUIRE(at::equal(turned, whole.t()));
    REQUIRE(weights.find("one")->tensor()->item<float>() == 5);
    REQUIRE(weights.find("none")->tensor()->sizes() == at::IntArrayRef{0, 2});
    REQUIRE(at::equal(*weights.find("mask")->tensor(), at::tensor({1, 0, 1}, at::kInt).to(at::kBool)));
    REQUIRE(at::equal(*checkpoint.find("parameter")->tensor(), at::tensor({2.0f, 4.0f})));
    REQUIRE(std::get<int64_t>(checkpoint.find("epoch")->value) == 3);
    const auto& items = *checkpoint.find("list")->list();
    REQUIRE(*items.at(1).text() == "a");
    REQUIRE(items.at(2).tuple()->at(0).is_none());
    REQUIRE(checkpoint.find("absent") == nullptr);
    whole.mul_(10);
    REQUIRE(turned.sum().item<float>() == 150);
    REQUIRE(checkpoint.find("parameter")->tensor()->sum().item<float>() == 60);
  }
}

TEST_CASE("stored tensors lie on the mapped file and never change it", "[io]") {
  const File file(zip_checkpoint(small_object(), two_storages));
  const at::Tensor first = *file.read().find("parameter")->tensor();
  first.fill_(-1);
  REQUIRE(at::equal(*file.read().find("parameter")->tensor(), at::tensor({2.0f, 4.0f})));
}

TEST_CASE("a storage that is not aligned is read all the same", "[io]") {
  const std::string opcodes = tensor(storage("FloatStorage", "0", 6), 1, {5}, {1});
  std::set<size_t> places;
  for (size_t shift = 0; shift < 4; ++shift) {
    const std::string bytes = zip({{joined("m/", std::string(shift, 'x')), ""},
                                   {"m/data.pkl", test::pickle(opcodes)},
                                   {"m/data/0", two_storages[0].bytes}});
    places.insert(bytes.find(two_storages[0].bytes) % 4);
    REQUIRE(at::equal(*File(bytes).read().tensor(), at::arange(1, 6, at::kFloat)));
  }
  REQUIRE(places.size() > 1);
}

TEST_CASE("a cut checkpoint is refused wherever it is cut", "[io]") {
  for (const std::string& bytes :
       {zip_checkpoint(small_object(), two_storages), legacy_checkpoint(small_object(), two_storages)}) {
    const File file(bytes);
    const std::vector<std::string> messages = refusals_when_cut(file.path, read_torch_checkpoint);
    REQUIRE(messages.size() == bytes.size());
    for (const std::string& message : messages) {
      CAPTURE(message);
      REQUIRE(message.starts_with(file.path.string() + ": "));
      REQUIRE(message.find('\n') == std::string::npos);
      // with a start that shows the format, it says so
      if (&message - messages.data() < static_cast<std::ptrdiff_t>(bytes.size()) - 32)
        REQUIRE(message.find("file truncated?") != std::string::npos);
    }
  }
}

TEST_CASE("a checkpoint with wrong bytes is read or refused, never more", "[io]") {
  Random random(5);
  size_t read = 0, refusals = 0;
  for (const std::string& good :
       {zip_checkpoint(small_object(), two_storages), zip_checkpoint(small_object(), two_storages, true),
        legacy_checkpoint(small_object(), two_storages)}) {
    const TemporaryFolder folder;
    for (int i = 0; i < 1500; ++i) {
      std::string bytes = good;
      const int64_t changes = 1 + random.below(3);
      for (int64_t change = 0; change < changes; ++change)
        bytes[static_cast<size_t>(random.below(static_cast<int64_t>(bytes.size())))] =
            static_cast<char>(random.below(256));
      write(folder / "w", bytes);
      try {
        touch(read_torch_checkpoint(folder / "w"));
        ++read;
      } catch (const InputError&) {
        ++refusals;
      }
    }
  }
  REQUIRE(read > 0);
  REQUIRE(refusals > 0);
}

TEST_CASE("a view that leaves its storage is refused", "[io]") {
  const std::string stored = storage("FloatStorage", "0", 6);
  const int64_t huge = int64_t{1} << 62;
  struct View {
    int64_t offset;
    std::vector<int64_t> sizes, strides;
  };
  for (const View& view : std::vector<View>{{0, {7}, {1}},
                                            {1, {6}, {1}},
                                            {0, {2, 3}, {4, 1}},
                                            {-1, {1}, {1}},
                                            {7, {0}, {1}},
                                            {5, {2}, {-1}},
                                            {0, {huge}, {0}},
                                            {0, {huge, huge}, {1, 1}},
                                            {0, {huge, 0, huge}, {1, 1, 1}},
                                            {0, {-1}, {1}},
                                            {0, {2}, {huge}},
                                            {0, {3, 3}, {huge, huge}},
                                            {0, {2}, {1, 1}},
                                            {0, {1 << 30}, {0}},
                                            {huge, {2}, {huge}}}) {
    CAPTURE(view.offset, view.sizes, view.strides);
    REQUIRE_FALSE(refused_object(tensor(stored, view.offset, view.sizes, view.strides)).empty());
  }
  REQUIRE_FALSE(refused_object(tensor(stored, 0, std::vector<int64_t>(65, 1), std::vector<int64_t>(65, 1))).empty());
  // an expanded tensor that is no larger than the file is fine
  REQUIRE(File(zip_checkpoint(tensor(stored, 2, {4, 3}, {0, 1}), two_storages)).read().tensor()->sum().item<float>() ==
          36);
}

TEST_CASE("a storage that contradicts the file is refused", "[io]") {
  const auto one = [](const std::string& stored) { return refused_object(tensor(stored, 0, {1}, {1})); };
  REQUIRE(one(storage("FloatStorage", "0", 7)).find("24 bytes of 28") != std::string::npos);
  REQUIRE(one(storage("FloatStorage", "0", int64_t{1} << 61)).find("claims") != std::string::npos);
  REQUIRE(one(storage("FloatStorage", "0", -1)).find("claims") != std::string::npos);
  REQUIRE(one(storage("FloatStorage", "5", 1)).find("'model/data/5' is missing") != std::string::npos);
  REQUIRE(one(storage("ComplexFloatStorage", "0", 1)).find("torch.ComplexFloatStorage") != std::string::npos);
  REQUIRE(one(storage("BoolStorage", "0", 24)).find("no bools") != std::string::npos);
  REQUIRE(refused_object(tuple({tensor(storage("FloatStorage", "0", 6), 0, {1}, {1}),
                                tensor(storage("IntStorage", "0", 6), 0, {1}, {1})}))
              .find("in two ways") != std::string::npos);
  REQUIRE_FALSE(one("K\x01Q").empty());
  REQUIRE_FALSE(one("N").empty());
  // legacy: the count before the data, a key that nobody uses, one that is missing
  const std::string object = tensor(storage("FloatStorage", "0", 6), 0, {6}, {1});
  REQUIRE(refused_checkpoint(legacy_checkpoint(object, {{"0", 5, two_storages[0].bytes}})).find("5 elements of 6") !=
          std::string::npos);
  REQUIRE(refused_checkpoint(legacy_checkpoint(object, {{"0", int64_t{1} << 40, two_storages[0].bytes}}))
              .find("elements of 6") != std::string::npos);
  REQUIRE(refused_checkpoint(legacy_checkpoint(object, {two_storages[0], {"9", 1, "abcd"}})).find("no tensor uses") !=
          std::string::npos);
  REQUIRE(refused_checkpoint(legacy_checkpoint(object, {})).find("'0' is missing") != std::string::npos);
  REQUIRE(refused_checkpoint(legacy_checkpoint(tensor(storage("FloatStorage", "0", int64_t{1} << 40), 0, {1}, {1}),
                                               {{"0", int64_t{1} << 40, ""}}))
              .find("truncated") != std::string::npos);
}

TEST_CASE("big-endian files are refused", "[io]") {
  REQUIRE(refused_checkpoint(zip({{"m/data.pkl", test::pickle("N")}, {"m/byteorder", "big"}})).find("big-endian") !=
          std::string::npos);
  REQUIRE(refused_checkpoint(legacy_start(false) + test::pickle("N") + test::pickle("]")).find("big-endian") !=
          std::string::npos);
  REQUIRE(refused_checkpoint(legacy_start(true) + test::pickle("N") + test::pickle("]")).empty());
}

TEST_CASE("values that would grow without bound are refused", "[io]") {
  REQUIRE(refused_object("]q\x01h\x01"
                         "a")
              .find("contains itself") != std::string::npos);
  REQUIRE(refused_object("}q\x01" + text("me") + "h\x01s").find("contains itself") != std::string::npos);
  std::string deep, laughs = "]q\x01";
  for (int i = 0; i < 200'000; ++i) deep += "]";
  REQUIRE(refused_object(deep + std::string(199'999, 'a')).find("nested more than 100 deep") != std::string::npos);
  // each list holds the one before it twice: 2^90 leaves, 91 lists
  for (int i = 0; i < 90; ++i)
    laughs +=
        "](h\x01h\x01"
        "eq\x01";
  const CheckpointValue nested = File(zip_checkpoint(laughs, {})).read();
  REQUIRE(nested.list()->at(0).list() == nested.list()->at(1).list());
  // twelve levels more are too deep, though each list is converted once
  for (int i = 0; i < 12; ++i)
    laughs +=
        "](h\x01h\x01"
        "eq\x01";
  REQUIRE(refused_object(laughs).find("nested more than 100 deep") != std::string::npos);
  // one text of 1 MB, named 300 times
  std::string texts = joined(text(std::string(1 << 20, 'x')),
                             "q\x01"
                             "0](");
  for (int i = 0; i < 300; ++i) texts += "h\x01";
  REQUIRE(refused_object(texts + "e").find("bytes of text") != std::string::npos);
  REQUIRE(refused_object(dict({{"a", "N"}, {"a", "N"}})).find("twice") != std::string::npos);
}

TEST_CASE("NumPy's scalars are numbers under both names, big-endian ones are refused", "[io]") {
  const auto scalar = [](const std::string& module, const std::string& code, const std::string& order,
                         const std::string& bytes) {
    const std::string dtype = call(global("numpy", "dtype"), {text(code), "\x89", "\x88"}) +
                              tuple({"K\x03", text(order), "N", "N", "N"}) + "b";
    return call(global(module, "scalar"), {dtype, joined("C", std::string(1, static_cast<char>(bytes.size())), bytes)});
  };
  for (const char* module : {"numpy.core.multiarray", "numpy._core.multiarray"}) {
    const auto value = [&](const std::string& code, const std::string& bytes) {
      return File(zip_checkpoint(scalar(module, code, "<", bytes), {})).read().value;
    };
    REQUIRE(std::get<double>(value("f8", raw(0.1))) == 0.1);
    REQUIRE(std::get<double>(value("f4", raw(0.25f))) == 0.25);
    REQUIRE(std::get<double>(value("f2", raw(at::Half(-2.5f)))) == -2.5);
    REQUIRE(std::get<int64_t>(value("i8", raw(int64_t{-7}))) == -7);
    REQUIRE(std::get<int64_t>(value("i4", raw(int32_t{-7}))) == -7);
    REQUIRE(std::get<int64_t>(value("u1", raw(uint8_t{200}))) == 200);
    REQUIRE(std::get<bool>(value("b1", "\1")));
  }
  const std::string one = "numpy.core.multiarray";
  REQUIRE(refused_object(scalar(one, "f8", ">", raw(0.1))).find("big-endian") != std::string::npos);
  REQUIRE(refused_object(scalar(one, "f8", "<", "1234")).find("4 bytes where 8") != std::string::npos);
  REQUIRE(refused_object(scalar(one, "O8", "|", raw(0.1))).find("'O8'") != std::string::npos);
  // bytes as protocol 2 writes them
  const auto encoded = [](const std::string& value, const std::string& encoding) {
    return call(global("_codecs", "encode"), {text(value), text(encoding)});
  };
  REQUIRE(
      std::get<CheckpointValue::Bytes>(File(zip_checkpoint(encoded("a\xc3\xbf\xc2\x80", "latin1"), {})).read().value)
          .data == "a\xff\x80");
  for (const std::string& wrong : {encoded("a", "rot13"), encoded("\xe2\x82\xac", "latin1"), encoded("\xc3", "latin1")})
    REQUIRE_FALSE(refused_object(wrong).empty());
}

TEST_CASE("calls with wrong arguments are refused", "[io]") {
  const std::string rebuild = global("torch._utils", "_rebuild_tensor_v2"),
                    parameter = global("torch._utils", "_rebuild_parameter"),
                    ordered = global("collections", "OrderedDict");
  const std::string stored = storage("FloatStorage", "0", 6);
  for (const std::string& object :
       {call(rebuild, {}), call(rebuild, {stored, "N", integers({1}), integers({1})}),
        call(rebuild, {stored, "K\x00", list({}), integers({1})}),
        call(rebuild, {stored, std::string("K\0", 2), tuple({"N"}), integers({1})}), call(parameter, {}),
        call(parameter, {"K\x01"}), call(ordered, {"K\x01"}), call(ordered, {list({"N"})}),
        call(ordered, {}) + "K\x01K\x02" + "sK\x01" + "a", rebuild, stored,
        call(global("numpy", "dtype"), {text("f8")}), call(global("torch", "FloatStorage"), {}),
        call(global("numpy.core.multiarray", "scalar"), {}),
        call(global("numpy.core.multiarray", "scalar"), {"N", "N"}),
        tensor(stored, 0, {1}, {1}) + set_items({{"a", "N"}})})
    REQUIRE_FALSE(refused_object(object).empty());
  REQUIRE(
      refused_object(call(global("torch._utils", "_rebuild_qtensor"), {})).find("'torch._utils._rebuild_qtensor'") !=
      std::string::npos);
  // Python 2's OrderedDict
  REQUIRE(File(zip_checkpoint(call(ordered, {list({list({text("a"), "K\x01"})})}), {})).read().find("a"));
}

TEST_CASE("other files are named for what they are", "[io]") {
  REQUIRE(refused_checkpoint("").ends_with("weights.pth: is empty"));
  REQUIRE(refused_checkpoint("<!DOCTYPE html><html>").find("web page") != std::string::npos);
  REQUIRE(refused_checkpoint("version https://git-lfs.github.com/spec/v1\n").find("Git LFS") != std::string::npos);
  REQUIRE(refused_checkpoint(test::pickle("N")).find("not one of torch.save") != std::string::npos);
  REQUIRE(refused_checkpoint("some text").find("neither") != std::string::npos);
  REQUIRE(refused_checkpoint(raw(uint64_t{2}) + "{}").find("is a safetensors file") != std::string::npos);
  REQUIRE(refused_checkpoint(zip({{"picture.png", "x"}})).find("no data.pkl") != std::string::npos);
  REQUIRE(refused_checkpoint(zip({{"a/data.pkl", "x"}, {"b/data.pkl", "x"}})).find("2 files data.pkl") !=
          std::string::npos);
  const TemporaryFolder folder;
  REQUIRE(refusal([&] {
            read_torch_checkpoint(folder / "absent.pth");
          }).find("absent.pth: cannot be read: No such file") != std::string::npos);
  REQUIRE(refusal([&] { read_torch_checkpoint(folder.path()); }).find("not a regular file") != std::string::npos);
}

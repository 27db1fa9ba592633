#include "core/io/safetensors.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/io/checkpoint_builder.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

std::string file_of(const std::string& header, const std::string& data) {
  return joined(raw(uint64_t{header.size()}), header, data);
}

std::string refused_safetensors(const std::string& bytes) {
  const TemporaryFolder folder;
  write(folder / "w.safetensors", bytes);
  return refusal([&] { read_safetensors(folder / "w.safetensors"); });
}

std::string with_entry(const std::string& entry, size_t data_bytes) {
  return file_of(joined("{\"w\":", entry, "}"), std::string(data_bytes, '\0'));
}

bool same_bytes(const at::Tensor& a, const at::Tensor& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() && a.is_contiguous() && b.is_contiguous() &&
         (a.nbytes() == 0 || std::memcmp(a.data_ptr(), b.data_ptr(), a.nbytes()) == 0);
}

}  // namespace

TEST_CASE("tensors of every type and shape come back bit for bit", "[io]") {
  const TemporaryFolder folder;
  TensorMap tensors;
  std::string bits;
  for (int i = 0; i < 48; ++i) bits += static_cast<char>(i * 37 + 11);  // also NaNs and denormal numbers
  for (const at::ScalarType type :
       {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte}) {
    const at::Tensor flat = at::empty({static_cast<int64_t>(bits.size() / c10::elementSize(type))}, type);
    std::memcpy(flat.data_ptr(), bits.data(), flat.nbytes());
    const std::string name = c10::toString(type);
    tensors[name] = flat.view({2, -1});
    tensors[name + ".scalar"] = flat[0].clone();
    tensors[name + ".empty"] = at::empty({0, 4}, type);
    tensors[name + ".single"] = flat.slice(0, 0, 1).clone();  // an odd length: what follows is not aligned
  }
  tensors["bool"] = at::tensor({1, 0, 1}, at::kInt).to(at::kBool);
  tensors["Füße \"x\"\n"] = at::ones({1});
  const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"description", "{\"a\": [1, \"é\"]}"}};
  write_safetensors(folder / "w", tensors, metadata);
  const Safetensors read = read_safetensors(folder / "w");
  REQUIRE(read.metadata == metadata);
  REQUIRE(read.tensors.size() == tensors.size());
  for (const auto& [name, tensor] : tensors) {
    INFO(name);
    REQUIRE(same_bytes(read.at(name), tensor));
  }
  write_safetensors(folder / "again", read.tensors, read.metadata);
  REQUIRE(read_file(folder / "again") == read_file(folder / "w"));
}

TEST_CASE("views are written as what they show", "[io]") {
  const TemporaryFolder folder;
  const at::Tensor whole = at::arange(24, at::kFloat).view({4, 6});
  write_safetensors(folder / "w", {{"part", whole.slice(1, 1, 5, 2).t()}});
  REQUIRE(at::equal(read_safetensors(folder / "w").at("part"), whole.slice(1, 1, 5, 2).t()));
}

TEST_CASE("a read tensor may be changed without changing the file", "[io]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "w", {{"a", at::ones({4})}});
  const std::string before = read_file(folder / "w");
  at::Tensor tensor = read_safetensors(folder / "w").at("a");
  tensor.mul_(3);
  REQUIRE(tensor.sum().item<float>() == 12);
  REQUIRE(read_file(folder / "w") == before);
}

TEST_CASE("a file without tensors is read", "[io]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "w", {});
  REQUIRE(read_safetensors(folder / "w").tensors.empty());
  REQUIRE(refusal([&] { read_safetensors(folder / "w").at("a"); }).ends_with("has no tensor 'a'"));
}

TEST_CASE("a cut safetensors file is refused wherever it is cut, and a longer one too", "[io]") {
  const TemporaryFolder folder;
  write_safetensors(folder / "w", {{"a", at::ones({3})}, {"b", at::zeros({2}, at::kLong)}});
  const std::string bytes = read_file(folder / "w");
  REQUIRE(refused_safetensors(bytes + "x").find("the file at") != std::string::npos);
  for (const std::string& message : refusals_when_cut(folder / "w", read_safetensors))
    REQUIRE(message.find(": damaged: ") != std::string::npos);
}

TEST_CASE("impossible safetensors headers are refused", "[io]") {
  const std::string good = R"({"dtype":"F32","shape":[2,2],"data_offsets":[0,16]})";
  REQUIRE(refused_safetensors(with_entry(good, 16)).empty());
  REQUIRE(refused_safetensors(raw(uint64_t{1} << 62) + "{}").find("claims") != std::string::npos);
  REQUIRE(refused_safetensors(file_of("[]", "")).find("JSON object") != std::string::npos);
  REQUIRE(refused_safetensors(file_of("{\"w\":", "")).find("JSON object") != std::string::npos);
  REQUIRE(refused_safetensors(file_of(std::string(1'000'000, '['), "")).find("JSON object") != std::string::npos);
  REQUIRE(refused_safetensors(file_of(joined("{\"w\":", std::string(500'000, '['), std::string(500'000, ']'), "}"), ""))
              .find("'w'") != std::string::npos);
  const std::vector<std::string> entries = {"1",
                                            "null",
                                            "{}",
                                            R"({"dtype":"F32","shape":[4]})",
                                            R"({"dtype":"Q7","shape":[4],"data_offsets":[0,16]})",
                                            R"({"dtype":7,"shape":[4],"data_offsets":[0,16]})",
                                            R"({"dtype":"F32","shape":4,"data_offsets":[0,16]})",
                                            R"({"dtype":"F32","shape":[4],"data_offsets":[0]})",
                                            R"({"dtype":"F32","shape":[4.0],"data_offsets":[0,16]})",
                                            R"({"dtype":"F32","shape":[-4],"data_offsets":[0,16]})",
                                            R"({"dtype":"F32","shape":["4"],"data_offsets":[0,16]})",
                                            R"({"dtype":"F32","shape":[4],"data_offsets":[16,0]})",
                                            R"({"dtype":"F32","shape":[4],"data_offsets":[-16,0]})",
                                            R"({"dtype":"F32","shape":[4],"data_offsets":[1,17]})",
                                            R"({"dtype":"F32","shape":[3],"data_offsets":[0,16]})",
                                            R"({"dtype":"F32","shape":[3],"data_offsets":[0,12]})",
                                            R"({"dtype":"F32","shape":[3],"data_offsets":[4,16]})",
                                            R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})",
                                            R"({"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]})",
                                            R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,16]})"};
  for (const std::string& entry : entries) {
    INFO(entry);
    const std::string message = refused_safetensors(with_entry(entry, 16));
    REQUIRE(message.find(": damaged: ") != std::string::npos);
    REQUIRE(message.find('\n') == std::string::npos);
  }
  // two tensors on the same bytes
  REQUIRE(refused_safetensors(file_of(joined("{\"a\":", good, ",\"b\":", good, "}"), std::string(16, '\0')))
              .find("begins at byte 0") != std::string::npos);
  REQUIRE(refused_safetensors(file_of(R"({"w":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", "\1\2"))
              .find("no bools") != std::string::npos);
}

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>

#include <sys/resource.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/io/torch_checkpoint.h"
#include "support/golden.h"

using namespace adrep;
using test::golden_file;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

json expected_values(const std::string& name) {
  return json::parse(std::ifstream(golden_file(name)));
}

std::string dtype_of(const at::Tensor& tensor) {
  static const std::map<at::ScalarType, std::string> names = {
      {at::kFloat, "float32"}, {at::kHalf, "float16"}, {at::kBFloat16, "bfloat16"}, {at::kDouble, "float64"},
      {at::kLong, "int64"},    {at::kInt, "int32"},    {at::kShort, "int16"},       {at::kChar, "int8"},
      {at::kByte, "uint8"},    {at::kBool, "bool"}};
  return names.at(tensor.scalar_type());
}

void check_tensor(const at::Tensor& tensor, const json& expected) {
  REQUIRE(tensor.sizes().vec() == expected["shape"].get<std::vector<int64_t>>());
  std::string dtype = expected["dtype"];
  if (dtype.starts_with("torch.")) dtype.erase(0, 6);
  REQUIRE(dtype_of(tensor) == dtype);
  const at::Tensor values = tensor.to(at::kDouble).contiguous();
  const std::vector<double> actual(values.data_ptr<double>(), values.data_ptr<double>() + values.numel());
  REQUIRE(actual == expected["values"].get<std::vector<double>>());
}

/// A checkpoint's value and its JSON: tuples and lists are lists there, tensors objects with shape, dtype and values.
void check_value(const CheckpointValue& value, const json& expected) {
  if (const at::Tensor* tensor = value.tensor()) return check_tensor(*tensor, expected);
  if (const auto* dict = value.dict()) {
    REQUIRE(dict->size() == expected.size());
    for (const auto& [key, entry] : *dict) {
      INFO(*key.text());
      REQUIRE(expected.contains(*key.text()));
      check_value(entry, expected[*key.text()]);
    }
    return;
  }
  if (const auto* items = value.list() ? value.list() : value.tuple()) {
    REQUIRE(expected.is_array());
    REQUIRE(items->size() == expected.size());
    for (size_t i = 0; i < items->size(); ++i) check_value((*items)[i], expected[i]);
    return;
  }
  if (value.is_none())
    REQUIRE(expected.is_null());
  else if (value.text())
    REQUIRE(*value.text() == expected.get<std::string>());
  else if (const bool* flag = std::get_if<bool>(&value.value))
    REQUIRE((expected.is_boolean() && *flag == expected.get<bool>()));
  else if (const int64_t* whole = std::get_if<int64_t>(&value.value))
    REQUIRE((expected.is_number_integer() && *whole == expected.get<int64_t>()));
  else if (const double* number = std::get_if<double>(&value.value))
    REQUIRE((expected.is_number() && *number == expected.get<double>()));
  else
    FAIL("a value of an unexpected kind");
}

/// "extra.view" is root["extra"]["view"]; the part after the first dot may hold dots.
const CheckpointValue& entry(const CheckpointValue& root, const std::string& name) {
  const size_t dot = name.find('.');
  const CheckpointValue* outer = root.find(name.substr(0, dot));
  REQUIRE(outer);
  const CheckpointValue* inner = outer->find(name.substr(dot + 1));
  REQUIRE(inner);
  return *inner;
}

/// While it lives, the process can map only this much more: a larger allocation throws std::bad_alloc.
class AllocationLimit {
 public:
  explicit AllocationLimit(rlim_t bytes) {
    getrlimit(RLIMIT_AS, &before_);
    rlim_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlimit limit{pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + bytes, before_.rlim_max};
    setrlimit(RLIMIT_AS, &limit);
  }
  ~AllocationLimit() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a nested checkpoint has the values that torch reads", "[io][golden]") {
  const json expected = expected_values("checkpoint_expected.json");
  for (const char* name : {"checkpoint_zip.pth", "checkpoint_legacy.pth"}) {
    INFO(name);
    check_value(read_torch_checkpoint(golden_file(name)), expected);
  }
}

TEST_CASE("the reference's checkpoints have the values that torch reads", "[io][golden]") {
  const json expected = expected_values("checkpoint_reference_expected.json");
  for (const char* name :
       {"checkpoint_reference.pth", "checkpoint_reference_numpy2.pth", "checkpoint_reference_legacy.pth"}) {
    INFO(name);
    const CheckpointValue checkpoint = read_torch_checkpoint(golden_file(name));
    std::set<std::string> groups;
    for (const auto& [key, values] : expected["tensors"].items()) {
      INFO(key);
      const CheckpointValue& found = entry(checkpoint, key);
      REQUIRE(found.tensor());
      check_tensor(*found.tensor(), values);
      groups.insert(key.substr(0, key.find('.')));
    }
    for (const auto& [key, value] : expected["scalars"].items()) {
      INFO(key);
      REQUIRE(checkpoint.find(key));
      check_value(*checkpoint.find(key), value);
    }
    REQUIRE(checkpoint.dict()->size() == groups.size() + expected["scalars"].size());
    // a change of one is seen by the others, because their storage is one
    const std::vector<std::string> sharing = expected["shares_storage"];
    const at::Tensor first = *entry(checkpoint, sharing.at(0)).tensor();
    for (const std::string& key : sharing) REQUIRE(entry(checkpoint, key).tensor()->is_alias_of(first));
  }
}

TEST_CASE("the reference's safetensors file has the values of its checkpoint", "[io][golden]") {
  const json expected = expected_values("checkpoint_reference_expected.json");
  const TensorMap tensors = read_state_dict(golden_file("checkpoint_reference.safetensors"));
  REQUIRE(tensors.size() == expected["tensors"].size());
  for (const auto& [name, tensor] : tensors) {
    INFO(name);
    check_tensor(tensor, expected["tensors"].at(name));
  }
}

TEST_CASE("a TorchScript archive gives dotted names and the weights of its plain twin", "[io][golden]") {
  const auto golden = test::load_golden("vit_clip");
  const json& archive = golden.description.at("archive");
  const TensorMap tensors = read_state_dict(golden_file(archive.at("file").get<std::string>()));
  size_t named = 0;
  for (const auto& [list, type] :
       {std::pair("fp16_keys", at::kHalf), {"fp32_keys", at::kFloat}, {"int64_keys", at::kLong}})
    for (const std::string key : archive.at(list)) {
      INFO(key);
      REQUIRE(tensors.contains(key));
      REQUIRE(tensors.at(key).scalar_type() == type);
      if (type == at::kLong) REQUIRE(tensors.at(key).dim() == 0);
      ++named;
    }
  REQUIRE(tensors.size() == named);
  size_t compared = 0;
  const std::string prefix = "weights/";
  for (const auto& [name, expected] : golden.data.tensors) {
    if (!name.starts_with(prefix)) continue;
    INFO(name);
    REQUIRE(at::equal(tensors.at(name.substr(prefix.size())).to(at::kFloat), expected));
    ++compared;
  }
  REQUIRE(compared > 0);
}

TEST_CASE("bad checkpoints are refused in one line, quickly and without large allocations", "[io][golden]") {
  size_t files = 0;
  for (const auto& item : fs::directory_iterator(golden_file("bad_checkpoints"))) {
    INFO(item.path());
    const AllocationLimit limit(64 << 20);
    std::string message;
    try {
      read_state_dict(item.path());
    } catch (const InputError& error) {
      message = error.what();
    }
    CAPTURE(message);
    REQUIRE(message.starts_with(item.path().string() + ": "));
    REQUIRE(message.find('\n') == std::string::npos);
    REQUIRE_THROWS_AS(read_torch_checkpoint(item.path()), InputError);
    if (item.path().filename().string().starts_with("calls_"))
      REQUIRE(message.find(": refused: it uses '") != std::string::npos);
    ++files;
  }
  REQUIRE(files > 0);
}

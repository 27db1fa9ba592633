#include "core/io/numpy_scalar.h"

#include <cstring>
#include <limits>

#include "core/io/damaged.h"

namespace adrep {
namespace {

/// The one- to four-character name of the number's type ('f8'), after checking that it is little-endian.
std::string type_code(const pickle::Value& value, const std::filesystem::path& file) {
  const auto* dtype = std::get_if<pickle::Object*>(&value);
  if (!dtype || !is_numpy_dtype(*(*dtype)->type)) damaged(file, "a NumPy scalar without its type");
  const std::vector<pickle::Value>& arguments = (*dtype)->arguments->items;
  const auto* code = arguments.empty() ? nullptr : std::get_if<const std::string*>(&arguments[0]);
  if (!code) damaged(file, "a NumPy type without its name");
  // its state is (version, byte order, ...)
  const auto* state = std::get_if<pickle::Tuple*>(&(*dtype)->state);
  const auto* order =
      state && (*state)->items.size() > 1 ? std::get_if<const std::string*>(&(*state)->items[1]) : nullptr;
  if (order && **order == ">") throw_input("{}: a NumPy scalar in it is big-endian", file.string());
  return **code;
}

template <class T, class Result>
CheckpointValue number(const std::string& bytes, const std::filesystem::path& file) {
  T value;
  if (bytes.size() != sizeof(T))
    damaged(file, "a NumPy scalar of {} bytes where {} are needed", bytes.size(), sizeof(T));
  std::memcpy(&value, bytes.data(), sizeof(T));
  return {static_cast<Result>(value)};
}

}  // namespace

bool is_numpy_scalar(const pickle::Global& global) {
  return (global.module == "numpy.core.multiarray" || global.module == "numpy._core.multiarray") &&
         global.name == "scalar";
}
bool is_numpy_dtype(const pickle::Global& global) {
  return global.module == "numpy" && global.name == "dtype";
}
bool is_codecs_encode(const pickle::Global& global) {
  return global.module == "_codecs" && global.name == "encode";
}

CheckpointValue numpy_scalar(const pickle::Object& scalar, const std::filesystem::path& file) {
  const std::vector<pickle::Value>& arguments = scalar.arguments->items;
  if (arguments.size() != 2) damaged(file, "a NumPy scalar without type and value");
  const std::string code = type_code(arguments[0], file);
  std::string bytes;
  if (const auto* plain = std::get_if<const pickle::Bytes*>(&arguments[1]))
    bytes = (*plain)->data;
  else if (const auto* call = std::get_if<pickle::Object*>(&arguments[1]))
    bytes = encoded_bytes(**call, file);
  if (code == "f8") return number<double, double>(bytes, file);
  if (code == "f4") return number<float, double>(bytes, file);
  if (code == "f2") return number<at::Half, double>(bytes, file);
  if (code == "i8") return number<int64_t, int64_t>(bytes, file);
  if (code == "i4") return number<int32_t, int64_t>(bytes, file);
  if (code == "i2") return number<int16_t, int64_t>(bytes, file);
  if (code == "i1") return number<int8_t, int64_t>(bytes, file);
  if (code == "u4") return number<uint32_t, int64_t>(bytes, file);
  if (code == "u2") return number<uint16_t, int64_t>(bytes, file);
  if (code == "u1") return number<uint8_t, int64_t>(bytes, file);
  if (code == "b1") return number<uint8_t, bool>(bytes, file);
  throw_input("{}: a NumPy scalar of type '{}' is not read: save plain Python numbers", file.string(), printable(code));
}

std::string encoded_bytes(const pickle::Object& call, const std::filesystem::path& file) {
  const std::vector<pickle::Value>& arguments = call.arguments->items;
  const auto* text = arguments.size() == 2 ? std::get_if<const std::string*>(&arguments[0]) : nullptr;
  const auto* encoding = text ? std::get_if<const std::string*>(&arguments[1]) : nullptr;
  if (!encoding || !is_codecs_encode(*call.type) || (**encoding != "latin1" && **encoding != "latin-1"))
    damaged(file, "bytes that are not written as Latin-1 text");
  std::string bytes;
  for (size_t i = 0; i < (*text)->size(); ++i) {
    // in UTF-8, U+0080 to U+00FF are 0xC2 or 0xC3 and a continuation byte
    const auto first = static_cast<unsigned char>((**text)[i]);
    const auto second = static_cast<unsigned char>(i + 1 < (*text)->size() ? (**text)[i + 1] : 0);
    if (first < 0x80) {
      bytes += static_cast<char>(first);
    } else if ((first == 0xC2 || first == 0xC3) && (second & 0xC0) == 0x80) {
      bytes += static_cast<char>(first << 6 | (second & 0x3F));
      ++i;
    } else {
      damaged(file, "bytes that are not written as Latin-1 text");
    }
  }
  return bytes;
}

}  // namespace adrep

#include "core/maps/npy.h"

#include <charconv>

#include "core/io/damaged.h"

namespace adrep {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kMagic = "\x93NUMPY"sv;
constexpr uint64_t kMaxHeader = 65536;  // NumPy itself evaluates no more than 10000 characters
constexpr size_t kMaxSides = 32;        // NumPy's own limit before 2.0

struct NpyHeader {
  std::string dtype;
  bool fortran = false;
  std::vector<int64_t> shape;
};

/// A strict parser of the one form that NumPy writes:
/// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  NpyHeader parse() {
    NpyHeader header;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !descr) {
        descr = true;
        header.dtype = dtype();
      } else if (key == "fortran_order" && !order) {
        order = true;
        header.fortran = boolean();
      } else if (key == "shape" && !shape) {
        shape = true;
        header.shape = tuple();
      } else {
        damaged(where_, "the npy header has a key '{}' too many", printable(key));
      }
      if (accept('}')) break;
      expect(',');
    }
    skip_space();
    if (!text_.empty()) fail();
    if (!descr || !order || !shape) damaged(where_, "the npy header lacks descr, fortran_order or shape");
    return header;
  }

 private:
  [[noreturn]] void fail() const { damaged(where_, "the npy header is not what NumPy writes"); }

  void skip_space() {
    while (!text_.empty() && " \n\t\r"sv.find(text_[0]) != std::string_view::npos) text_.remove_prefix(1);
  }
  bool accept(char c) {
    skip_space();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail();
  }
  std::string quoted() {
    skip_space();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) fail();
    const size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) fail();
    std::string result(text_.substr(1, end - 1));
    if (result.find('\\') != std::string::npos) fail();
    text_.remove_prefix(end + 1);
    return result;
  }
  std::string dtype() {
    skip_space();
    if (!text_.empty() && text_[0] == '[')
      throw_input("{}: an array of records (a structured dtype) is not read: save the plain array of numbers", where_);
    return quoted();
  }
  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair{"True"sv, true}, {"False"sv, false}}) {
      if (!text_.starts_with(word)) continue;
      text_.remove_prefix(word.size());
      return value;
    }
    fail();
  }
  std::vector<int64_t> tuple() {
    std::vector<int64_t> sides;
    expect('(');
    while (!accept(')')) {
      sides.push_back(side());
      if (sides.size() > kMaxSides) damaged(where_, "the npy header's shape has more than {} sides", kMaxSides);
      if (accept(')')) break;
      expect(',');
    }
    return sides;
  }
  int64_t side() {
    skip_space();
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) damaged(where_, "the npy header's shape is not of whole numbers");
    text_.remove_prefix(static_cast<size_t>(end - text_.data()));
    if (text_.starts_with('L')) text_.remove_prefix(1);  // Python 2 wrote long integers so
    return value;
  }

  std::string_view text_;
  const std::string& where_;
};

struct KnownType {
  std::string_view name;
  NumberType type;
};
constexpr KnownType kTypes[] = {{"f2", NumberType::f2}, {"f4", NumberType::f4}, {"f8", NumberType::f8},
                                {"u1", NumberType::u1}, {"u2", NumberType::u2}, {"u4", NumberType::u4},
                                {"u8", NumberType::u8}, {"i1", NumberType::i1}, {"i2", NumberType::i2},
                                {"i4", NumberType::i4}, {"i8", NumberType::i8}, {"b1", NumberType::b1}};

/// Sets type and byte order from "<f4".
void set_type(Array& array, const std::string& dtype) {
  const std::string_view order = std::string_view(dtype).substr(0, 1);
  const std::string_view name = std::string_view(dtype).substr(order.size());
  if (name.starts_with('O'))
    throw_input("{}: an array of Python objects (dtype 'O') is not read: save the plain array of numbers", array.where);
  const auto* known =
      std::find_if(std::begin(kTypes), std::end(kTypes), [&](const KnownType& t) { return t.name == name; });
  if (known == std::end(kTypes) || order.empty() || "<>|="sv.find(order) == std::string_view::npos)
    throw_input("{}: an array of dtype '{}' is not read: save it as float32", array.where, printable(dtype));
  array.type = known->type;
  array.big_endian = order == ">";
}

}  // namespace

Array read_npy(const SharedBytes& file, const std::string& where) {
  const std::string_view bytes = file.view;
  const auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<unsigned char>(bytes[i])); };
  if (!bytes.starts_with(kMagic) || bytes.size() < 10) damaged(where, "it does not begin like an npy file");
  const uint64_t major = byte(6);
  if (major < 1 || major > 3) throw_input("{}: npy version {}.{} is not known", where, major, byte(7));
  const size_t start = major == 1 ? 10 : 12;
  if (bytes.size() < start) damaged(where, "the npy header is cut");
  uint64_t length = byte(8) | byte(9) << 8;
  if (major > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - start)
    damaged(where, "the npy header claims {} bytes, {} are there", length, bytes.size() - start);
  if (length > kMaxHeader)
    damaged(where, "the npy header claims {} bytes, more than the limit of {}", length, kMaxHeader);

  Array array;
  array.where = where;
  NpyHeader header = HeaderParser(bytes.substr(start, length), array.where).parse();
  set_type(array, header.dtype);
  array.fortran = header.fortran;
  array.shape = std::move(header.shape);
  array.bytes = {bytes.substr(start + length), file.owner};
  checked_count(where, array.shape, array.type, array.bytes.view.size());
  return array;
}

}  // namespace adrep

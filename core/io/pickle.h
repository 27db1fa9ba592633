#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Python's pickle format read as data. A pickle is a program that may name any Python function and call it; here a
/// call is only noted (Object), nothing is ever executed, and a name that the caller does not know ends the reading.
namespace adrep::pickle {

struct Bytes {
  std::string data;
};
struct List;
struct Tuple;
struct Dict;
struct Global;
struct Object;
struct PersistentId;

/// A value; what it points to belongs to its Document. The same object can be reached on several ways, also from
/// itself.
using Value = std::variant<std::monostate, bool, int64_t, double, const std::string*, const Bytes*, List*, Tuple*,
                           Dict*, const Global*, Object*, PersistentId*>;

struct List {
  std::vector<Value> items;
};
struct Tuple {
  std::vector<Value> items;
};
struct Dict {
  std::vector<std::pair<Value, Value>> items;  ///< in the order of the file, keys not checked
};
/// The name of a Python class or function.
struct Global {
  std::string module, name;
  std::string full_name() const { return module + "." + name; }
};
/// What calling `type` with `arguments` would give; then its dictionary items and its state (__setstate__).
struct Object {
  const Global* type;
  Tuple* arguments;
  Dict items;
  Value state;
};
/// An object that is stored outside the pickle.
struct PersistentId {
  Value id;
};

/// A parsed pickle and all objects it made; it can be moved but not copied.
struct Document {
  Value root;
  size_t bytes = 0;  ///< length of the pickle
  std::deque<std::string> texts;
  std::deque<Bytes> byte_strings;
  std::deque<List> lists;
  std::deque<Tuple> tuples;
  std::deque<Dict> dicts;
  std::deque<Global> globals;
  std::deque<Object> objects;
  std::deque<PersistentId> persistent_ids;

  Document() = default;
  Document(Document&&) = default;
  Document& operator=(Document&&) = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
};

/// Reads the pickle at the start of `bytes` (protocols 2 to 5, the opcodes that torch writes). `file` is for messages.
/// Throws InputError when it is damaged, longer than 64 MiB, makes more than 4 million values, or names a global that
/// is not `known`.
Document parse(std::string_view bytes, const std::filesystem::path& file,
               const std::function<bool(const Global&)>& known);

}  // namespace adrep::pickle

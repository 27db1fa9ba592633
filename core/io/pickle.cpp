#include "core/io/pickle.h"

#include <bit>
#include <cstring>
#include <unordered_map>

#include "core/io/damaged.h"

namespace adrep::pickle {
namespace {

constexpr size_t max_bytes = size_t{64} << 20;
constexpr size_t max_steps = 4'000'000;  // that take memory; a tensor needs about 20
constexpr size_t max_global_name = 500;  // of a global

// clang-format off
/// Opcodes under their names in Python's pickletools.
enum Opcode : unsigned char {
  MARK = '(', STOP = '.', POP = '0', POP_MARK = '1', DUP = '2', NONE = 'N', NEWTRUE = 0x88, NEWFALSE = 0x89,
  BININT = 'J', BININT1 = 'K', BININT2 = 'M', LONG1 = 0x8a, LONG4 = 0x8b, BINFLOAT = 'G',
  SHORT_BINSTRING = 'U', BINSTRING = 'T', BINUNICODE = 'X', SHORT_BINUNICODE = 0x8c, BINUNICODE8 = 0x8d,
  SHORT_BINBYTES = 'C', BINBYTES = 'B', BINBYTES8 = 0x8e,
  EMPTY_LIST = ']', LIST = 'l', APPEND = 'a', APPENDS = 'e', EMPTY_DICT = '}', DICT = 'd', SETITEM = 's', SETITEMS = 'u',
  EMPTY_TUPLE = ')', TUPLE = 't', TUPLE1 = 0x85, TUPLE2 = 0x86, TUPLE3 = 0x87,
  GLOBAL = 'c', STACK_GLOBAL = 0x93, REDUCE = 'R', NEWOBJ = 0x81, BUILD = 'b', BINPERSID = 'Q',
  BINPUT = 'q', LONG_BINPUT = 'r', MEMOIZE = 0x94, BINGET = 'h', LONG_BINGET = 'j', PROTO = 0x80, FRAME = 0x95
};
// clang-format on

/// Python's pickle machine: a stack, marks on it, and a memo of numbered values.
class Machine {
 public:
  Machine(std::string_view bytes, const std::filesystem::path& file, const std::function<bool(const Global&)>& known)
      : bytes_(bytes), file_(file), known_(known) {}

  Document run() {
    for (unsigned char opcode = number<uint8_t>(); opcode != STOP; opcode = number<uint8_t>())
      if (!number_opcode(opcode) && !text_opcode(opcode) && !container_opcode(opcode) && !object_opcode(opcode) &&
          !memo_opcode(opcode))
        fail(fmt::format("unknown opcode 0x{:02x}", opcode));
    document_.root = pop();
    document_.bytes = place_;
    return std::move(document_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { damaged(file_, "{} at byte {} of the pickle", what, place_); }

  [[noreturn]] void ends_early() const {
    fail(bytes_.size() == max_bytes ? "the limit of 64 MiB is reached" : "it ends too early (file truncated?)");
  }

  std::string_view read_bytes(uint64_t count) {
    if (count > bytes_.size() - place_) ends_early();
    place_ += count;
    return bytes_.substr(place_ - count, count);
  }
  template <class T>
  T number() {
    T value;
    std::memcpy(&value, read_bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }

  void step() {
    if (++steps_ > max_steps) fail(fmt::format("more than {} values", max_steps));
  }
  void push(Value value) {
    step();
    stack_.push_back(value);
  }
  Value pop() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("nothing on the stack");
    const Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::vector<Value> pop(size_t count) {
    std::vector<Value> values(count);
    for (size_t i = count; i-- > 0;) values[i] = pop();
    return values;
  }
  std::vector<Value> pop_to_mark() {
    if (marks_.empty()) fail("no mark on the stack");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Value> values(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return values;
  }
  template <class T>
  T popped(const char* what) {
    const Value value = pop();
    if (const T* wanted = std::get_if<T>(&value)) return *wanted;
    fail(fmt::format("no {} where one is needed", what));
  }

  bool number_opcode(unsigned char opcode);
  bool text_opcode(unsigned char opcode);
  bool container_opcode(unsigned char opcode);
  bool object_opcode(unsigned char opcode);
  bool memo_opcode(unsigned char opcode);
  int64_t long_integer(uint64_t count);
  void push_text(uint64_t count) { push(&document_.texts.emplace_back(read_bytes(count))); }
  void push_bytes(uint64_t count) { push(&document_.byte_strings.emplace_back(Bytes{std::string(read_bytes(count))})); }
  void push_tuple(std::vector<Value> items) { push(&document_.tuples.emplace_back(Tuple{std::move(items)})); }
  void set_items(const std::vector<Value>& pairs);
  void append_items(const std::vector<Value>& values);
  void push_global(std::string_view module, std::string_view name);
  std::string_view line();
  void remember(uint64_t index) {
    if (stack_.empty()) fail("nothing on the stack");
    step();
    memo_[index] = stack_.back();
  }
  void recall(uint64_t index) {
    const auto place = memo_.find(index);
    if (place == memo_.end()) fail(fmt::format("no remembered value {}", index));
    push(place->second);
  }

  std::string_view bytes_;
  const std::filesystem::path& file_;
  const std::function<bool(const Global&)>& known_;
  Document document_;
  std::vector<Value> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Value> memo_;
  size_t place_ = 0, steps_ = 0;
};

bool Machine::number_opcode(unsigned char opcode) {
  switch (opcode) {
    case NONE:
      push(std::monostate());
      return true;
    case NEWTRUE:
      push(true);
      return true;
    case NEWFALSE:
      push(false);
      return true;
    case BININT:
      push(int64_t{number<int32_t>()});
      return true;
    case BININT1:
      push(int64_t{number<uint8_t>()});
      return true;
    case BININT2:
      push(int64_t{number<uint16_t>()});
      return true;
    case LONG1:
      push(long_integer(number<uint8_t>()));
      return true;
    case LONG4:
      push(long_integer(number<uint32_t>()));
      return true;
    case BINFLOAT:
      push(std::bit_cast<double>(__builtin_bswap64(number<uint64_t>())));
      return true;  // big-endian
    default:
      return false;
  }
}

/// Little-endian two's complement of `count` bytes.
int64_t Machine::long_integer(uint64_t count) {
  const std::string_view digits = read_bytes(count);
  if (count > 8) fail("an integer of more than 64 bits");
  uint64_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
  if (count > 0 && count < 8 && (digits.back() & 0x80)) value |= ~uint64_t{0} << (8 * count);
  return static_cast<int64_t>(value);
}

bool Machine::text_opcode(unsigned char opcode) {
  switch (opcode) {
    case SHORT_BINSTRING:  // Python 2's text
    case SHORT_BINUNICODE:
      push_text(number<uint8_t>());
      return true;
    case BINSTRING:
    case BINUNICODE:
      push_text(number<uint32_t>());
      return true;
    case BINUNICODE8:
      push_text(number<uint64_t>());
      return true;
    case SHORT_BINBYTES:
      push_bytes(number<uint8_t>());
      return true;
    case BINBYTES:
      push_bytes(number<uint32_t>());
      return true;
    case BINBYTES8:
      push_bytes(number<uint64_t>());
      return true;
    default:
      return false;
  }
}

bool Machine::container_opcode(unsigned char opcode) {
  switch (opcode) {
    case MARK:
      step();
      marks_.push_back(stack_.size());
      return true;
    case EMPTY_LIST:
      push(&document_.lists.emplace_back());
      return true;
    case LIST: {
      std::vector<Value> items = pop_to_mark();
      push(&document_.lists.emplace_back(List{std::move(items)}));
      return true;
    }
    case APPEND:
      append_items(pop(1));
      return true;
    case APPENDS:
      append_items(pop_to_mark());
      return true;
    case EMPTY_DICT:
      push(&document_.dicts.emplace_back());
      return true;
    case DICT: {
      const std::vector<Value> pairs = pop_to_mark();
      push(&document_.dicts.emplace_back());
      set_items(pairs);
      return true;
    }
    case SETITEM:
      set_items(pop(2));
      return true;
    case SETITEMS:
      set_items(pop_to_mark());
      return true;
    case EMPTY_TUPLE:
      push_tuple({});
      return true;
    case TUPLE:
      push_tuple(pop_to_mark());
      return true;
    case TUPLE1:
      push_tuple(pop(1));
      return true;
    case TUPLE2:
      push_tuple(pop(2));
      return true;
    case TUPLE3:
      push_tuple(pop(3));
      return true;
    default:
      return false;
  }
}

void Machine::append_items(const std::vector<Value>& values) {
  List* list = popped<List*>("list");
  list->items.insert(list->items.end(), values.begin(), values.end());
  push(list);
}

/// Keys and values by turns go into the dictionary, or the object with dictionary items, on the stack.
void Machine::set_items(const std::vector<Value>& pairs) {
  const Value target = pop();
  Dict* dict = nullptr;
  if (const auto* plain = std::get_if<Dict*>(&target)) dict = *plain;
  if (const auto* object = std::get_if<Object*>(&target)) dict = &(*object)->items;
  if (!dict || pairs.size() % 2 != 0) fail("no dictionary or no pairs where they are needed");
  for (size_t i = 0; i < pairs.size(); i += 2) dict->items.emplace_back(pairs[i], pairs[i + 1]);
  push(target);
}

bool Machine::object_opcode(unsigned char opcode) {
  switch (opcode) {
    case GLOBAL: {
      const std::string_view module = line();
      push_global(module, line());
      return true;
    }
    case STACK_GLOBAL: {
      const std::string* name = popped<const std::string*>("text");
      push_global(*popped<const std::string*>("text"), *name);
      return true;
    }
    case REDUCE:
    case NEWOBJ: {
      Tuple* arguments = popped<Tuple*>("tuple");
      push(&document_.objects.emplace_back(Object{popped<const Global*>("class or function"), arguments, {}, {}}));
      return true;
    }
    case BUILD: {
      const Value state = pop();
      Object* object = popped<Object*>("object");
      object->state = state;
      push(object);
      return true;
    }
    case BINPERSID: {
      const Value id = pop();
      push(&document_.persistent_ids.emplace_back(PersistentId{id}));
      return true;
    }
    default:
      return false;
  }
}

std::string_view Machine::line() {
  const std::string_view ahead = bytes_.substr(place_, max_global_name + 1);
  const size_t end = ahead.find('\n');
  if (end == std::string_view::npos && ahead.size() <= max_global_name) ends_early();
  if (end == std::string_view::npos) fail("a global's name without end");
  const std::string_view text = read_bytes(end);
  read_bytes(1);
  return text;
}

void Machine::push_global(std::string_view module, std::string_view name) {
  if (module.size() > max_global_name || name.size() > max_global_name) fail("a global's name without end");
  const Global& global = document_.globals.emplace_back(Global{std::string(module), std::string(name)});
  if (!known_(global))
    throw_input("{}: refused: it uses '{}', which a checkpoint of tensors does not need (nothing in it was run)",
                file_.string(), printable(global.full_name()));
  push(&global);
}

bool Machine::memo_opcode(unsigned char opcode) {
  switch (opcode) {
    case BINPUT:
      remember(number<uint8_t>());
      return true;
    case LONG_BINPUT:
      remember(number<uint32_t>());
      return true;
    case MEMOIZE:
      remember(memo_.size());
      return true;
    case BINGET:
      recall(number<uint8_t>());
      return true;
    case LONG_BINGET:
      recall(number<uint32_t>());
      return true;
    case POP:
      // as Python does it: with nothing above the mark, the mark itself goes
      if (!marks_.empty() && marks_.back() == stack_.size())
        marks_.pop_back();
      else
        pop();
      return true;
    case POP_MARK:
      pop_to_mark();
      return true;
    case DUP: {
      const Value value = pop();
      push(value);
      push(value);
      return true;
    }
    case PROTO: {
      const uint8_t protocol = number<uint8_t>();
      if (protocol < 2 || protocol > 5) fail(fmt::format("protocol {}", protocol));
      return true;
    }
    case FRAME:
      number<uint64_t>();  // its length, of use to a reader of streams only
      return true;
    default:
      return false;
  }
}

}  // namespace

Document parse(std::string_view bytes, const std::filesystem::path& file,
               const std::function<bool(const Global&)>& known) {
  return Machine(bytes.substr(0, max_bytes), file, known).run();
}

}  // namespace adrep::pickle

#include "core/maps/csv.h"

#include "core/base/error.h"

namespace adrep {
namespace {

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  std::vector<CsvRecord> parse() {
    std::vector<CsvRecord> records;
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size()) {
      CsvRecord record{line_, {}};
      do record.fields.push_back(field());
      while (accept(','));
      end_of_line();
      if (record.fields.size() > 1 || !record.fields[0].empty()) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void end_of_line() {
    accept('\r');
    if (at_ < text_.size() && !accept('\n'))
      throw_input("{}:{}: a quote inside a field: put the whole field in quotes and double those in it", where_, line_);
    ++line_;
  }
  std::string field() {
    if (accept('"')) return quoted();
    const size_t end = std::min(text_.find_first_of(",\"\r\n", at_), text_.size());
    std::string value(text_.substr(at_, end - at_));
    at_ = end;
    return value;
  }
  std::string quoted() {
    const int64_t first = line_;
    std::string value;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && !accept('"')) return value;  // a doubled one stands for itself
      if (c == '\n') ++line_;
      value += c;
    }
    throw_input("{}:{}: a quote that is never closed", where_, first);
  }

  std::string_view text_;
  const std::string& where_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

}  // namespace

std::vector<CsvRecord> parse_csv(std::string_view text, const std::string& where) {
  return CsvParser(text, where).parse();
}

}  // namespace adrep

#include "datasets/dataset.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/base/names.h"
#include "datasets/layout_hints.h"
#include "datasets/listing.h"
#include "datasets/long_lists.h"
#include "datasets/unread_layouts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr const char* advice =
    "set data= to a folder in the MVTec AD layout (CLASS/train/good, CLASS/test/DEFECT), one with 'good' and defect "
    "folders, or another layout of 'adrep datasets list'";

/// "'a', 'b' and 5 more"
std::string first_quoted(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back("'" + name + "'");
  return few_of(quoted);
}

std::string what_is_in(const Listing& listing) {
  std::vector<std::string> parts;
  if (!listing.folders.empty())
    parts.push_back((listing.folders.size() == 1 ? "the folder " : "the folders ") + first_quoted(listing.folders));
  if (!listing.files.empty())
    parts.push_back((listing.files.size() == 1 ? "the file " : "the files ") + first_quoted(listing.files));
  if (!listing.refused.empty())
    parts.push_back(fmt::format("'{}' ({})", listing.refused[0].file, listing.refused[0].text));
  return listed(parts);
}

/// Throws InputError unless it is a folder.
void require_folder(const fs::path& root) {
  if (root.empty()) throw_input("no data set given: {}", advice);
  std::error_code failed;
  const fs::file_status status = fs::status(root, failed);
  if (status.type() == fs::file_type::not_found) throw_input("{}: no such folder; {}", root.string(), advice);
  if (!fs::status_known(status)) throw_input("{}: cannot be opened: {}; {}", root.string(), failed.message(), advice);
  if (!fs::is_directory(status))
    throw_input("{}: a file, not a folder (an archive must be unpacked first); {}", root.string(), advice);
}

/// Throws InputError unless the folder can be listed and has something in it.
Listing list_root(const RootFolder& root) {
  Listing listing = root.list("");
  if (!listing.refused.empty() && listing.refused[0].file == ".")
    throw_input("{}: {}; {}", root.path().string(), listing.refused[0].text, advice);
  if (listing.files.empty() && listing.folders.empty() && listing.refused.empty())
    throw_input("{}: an empty folder; {}", root.path().string(), advice);
  return listing;
}

std::vector<const LayoutEntry*> recognisable_by_priority() {
  std::vector<const LayoutEntry*> entries;
  for (const auto& [name, entry] : LayoutRegistry::instance().all())
    if (!entry.makes_folder && entry.matches) entries.push_back(&entry);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const LayoutEntry* a, const LayoutEntry* b) { return a->priority > b->priority; });
  return entries;
}

const LayoutEntry* matching_layout(const RootFolder& root) {
  for (const LayoutEntry* entry : recognisable_by_priority())
    if (entry->matches(root)) return entry;
  return nullptr;
}

/// Half of a data set is none, though test/ alone looks like one.
bool is_part_of_split(std::string_view name) {
  constexpr std::array<std::string_view, 6> parts = {"train", "test", "val", "valid", "validation", "test_public"};
  return std::find(parts.begin(), parts.end(), name) != parts.end();
}

/// "; did you mean ROOT/FOLDER?" for the first folder in it that is a data set, or what to change, or "".
std::string what_is_meant(const RootFolder& root) {
  if (const std::string hint = hint_of_missing_good(root); !hint.empty()) return "; " + hint;
  constexpr size_t looked_at = 50;
  const std::vector<std::string>& folders = root.folders("");
  for (size_t i = 0; i < std::min(folders.size(), looked_at); ++i)
    if (!is_part_of_split(folders[i]) && matching_layout(RootFolder(root.full(folders[i]))))
      return fmt::format("; did you mean {}?", root.full(folders[i]).string());
  return "";
}

/// Throws InputError for a data set that would be read without its masks. A manifest says itself where everything is.
void refuse_unread(const RootFolder& root, const LayoutEntry* entry) {
  if (entry && entry->name == "manifest") return;
  if (const std::string text = unread_layout(root); !text.empty()) throw_input("{}: {}", root.path().string(), text);
}

}  // namespace

ImageFile Sample::image_file() const {
  ImageFile file = with_content(image().string());
  if (reading) file.reading = *reading;
  return file;
}

ImageFile Sample::with_content(const std::string& file) const {
  if (!contents) return file;
  const auto content = contents->find(file);
  ADREP_ASSERT(content != contents->end(), "{} is none of the sample's files", file);
  return {file, content->second};
}

void ClassSplit::expect(const std::shared_ptr<const FileHashes>& contents) {
  for (auto* part : {&train, &test})
    for (Sample& sample : *part) sample.contents = contents;
}

void ClassSplit::read_as(const ImageReading& reading) {
  const auto shared = std::make_shared<const ImageReading>(reading);
  for (auto* part : {&train, &test})
    for (Sample& sample : *part) sample.reading = shared;
}

ImageReading ClassSplit::reading() const {
  for (const auto* part : {&train, &test})
    if (!part->empty() && part->front().reading) return *part->front().reading;
  return {};
}

ClassSplit Dataset::scan(const std::string& class_name, std::vector<FileProblem>& problems) const {
  try {
    return load(class_name);
  } catch (const InputError& error) {
    problems.push_back({class_name, error.what()});
    return {.name = class_name, .train = {}, .test = {}};
  }
}

bool Dataset::leaves_unused(const std::string&) const {
  return false;
}

std::vector<std::string> layout_choices() {
  std::vector<std::string> names = LayoutRegistry::instance().names();
  names.insert(names.begin(), "auto");
  return names;
}

std::unique_ptr<Dataset> open_dataset(const fs::path& root, const std::string& layout) {
  const LayoutEntry* chosen = layout == "auto" ? nullptr : &LayoutRegistry::instance().get(layout, "layout");
  if (chosen && chosen->makes_folder) return chosen->open(root);
  require_folder(root);
  const RootFolder folder(root);
  const Listing listing = list_root(folder);
  const LayoutEntry* entry = chosen ? chosen : matching_layout(folder);
  refuse_unread(folder, entry);
  if (chosen && chosen->matches && !chosen->matches(folder)) {
    const std::string hint = hint_of_missing_good(folder);
    throw_input("{}: not in the layout '{}' ({}): found {}{}{}", root.string(), chosen->name, chosen->doc,
                what_is_in(listing), hint.empty() ? "" : "; ", hint);
  }
  if (entry) return entry->open(root);
  std::vector<std::string> looked_for;
  for (const LayoutEntry* known : recognisable_by_priority()) looked_for.push_back(known->name);
  throw_input("{}: in no known layout: looked for {} (adrep datasets list describes them); found {}{}", root.string(),
              listed(looked_for), what_is_in(listing), what_is_meant(folder));
}

}  // namespace adrep

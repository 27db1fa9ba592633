// Every reader against what a data set from elsewhere may hold: each is one clear line, and nothing outside is read.
#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/image/decode.h"
#include "datasets/mini.h"
#include "datasets/other_user.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A mini data set of a layout, its first class, and the training image that a test changes.
struct Subject {
  explicit Subject(const std::string& layout)
      : mini(layout), name(open_dataset(mini.path())->classes()[0]), image(loaded().train[1].id) {}

  ClassSplit loaded() const { return open_dataset(mini.path())->load(name); }
  std::string loading() const {
    return input_error([&] { loaded(); });
  }
  /// The text of the problem that verification has with this file, or "".
  std::string verifying(const std::string& file) const {
    for (const Problem& problem : verify_dataset(*open_dataset(mini.path())))
      if (problem.file == file) return problem.text;
    return "";
  }
  std::string folder() const { return fs::path(image).parent_path().string(); }
  void replace_by_link(const fs::path& target) const {
    mini.remove(image);
    mini.link(image, target);
  }

  Mini mini;
  std::string name, image;
};

/// `check` with a fresh subject of every layout.
template <class Check>
void for_each_layout(const Check& check) {
  const std::vector<std::string> layouts = layouts_with_mini();
  REQUIRE(layouts.size() >= 8);
  for (const std::string& layout : layouts) {
    INFO(layout);
    check(Subject(layout));
  }
}

void check_one_line(const std::string& text, const std::string& file, const std::string& reason) {
  CHECK_THAT(text, Contains(file));
  CHECK_THAT(text, Contains(reason));
  CHECK(text.find('\n') == std::string::npos);
}

/// The file with the list that a layout of lists is read by, "" for the others.
std::string list_of(const Subject& subject) {
  for (const std::string& file : {std::string("manifest.csv"), std::string("split_csv/1cls.csv"),
                                  "realiad_jsons/realiad_jsons/" + subject.name + ".json"})
    if (fs::exists(subject.mini / file)) return file;
  return "";
}

/// Every layout that is read by a list, with the list's file: there are three.
void for_each_list(const std::function<void(const Subject& subject, const std::string& list)>& check) {
  int lists = 0;
  for_each_layout([&](const Subject& subject) {
    const std::string list = list_of(subject);
    lists += !list.empty();
    if (!list.empty()) check(subject, list);
  });
  CHECK(lists == 3);
}

/// BMP header of 30 000 × 30 000 pixels of 24 bits, and nothing else.
std::string huge_image() {
  const std::string side("\x30\x75\0\0", 4);
  std::string bytes = "BM";
  bytes.append(8, '\0').append("\x36\0\0\0\x28\0\0\0", 8).append(side).append(side);
  return bytes.append("\1\0\x18\0", 4).append(24, '\0');
}

}  // namespace

TEST_CASE("every reader: an image that is a link out of the root is not read", "[datasets]") {
  Tree outside;
  outside.image("secret.png");
  for_each_layout([&](const Subject& subject) {
    subject.replace_by_link(outside / "secret.png");
    check_one_line(subject.loading(), subject.image, "a symbolic link that leaves the data set's folder");
    CHECK_THAT(subject.verifying(subject.image), Contains("leaves the data set's folder"));
  });
}

TEST_CASE("every reader: a link in circles is one line", "[datasets]") {
  for_each_layout([](const Subject& subject) {
    subject.replace_by_link(fs::path(subject.image).filename());
    check_one_line(subject.loading(), subject.image, "a symbolic link that leads nowhere or in circles");
  });
  for_each_layout([](const Subject& subject) {
    subject.mini.link(subject.folder() + "/again", ".");
    CHECK_THAT(subject.verifying(subject.folder() + "/again"), Contains("a symbolic link to a folder above itself"));
  });
}

TEST_CASE("every reader: an empty image and one of absurd size are refused before decoding", "[datasets]") {
  for_each_layout([](const Subject& subject) {
    subject.mini.write(subject.image, "");
    CHECK(subject.loaded().train[1].id == subject.image);  // a listing opens no image
    CHECK(subject.verifying(subject.image) == "the file is empty");
    subject.mini.write(subject.image, huge_image());
    CHECK_THAT(subject.verifying(subject.image), Contains("30000 × 30000 pixels, more than the limit of 200000000"));
    check_one_line(input_error([&] { decode_rgb(subject.loaded().train[1].image()); }), subject.image, "30000 × 30000");
  });
}

TEST_CASE("every reader: folders and images that may not be read are one line", "[datasets]") {
  for_each_layout([](const Subject& subject) {
    const fs::path folder = subject.mini / subject.folder(), image = subject.mini / subject.image;
    fs::permissions(subject.mini.path(), fs::perms(0755));
    fs::permissions(image, fs::perms::none);
    std::string decoding, listing;
    {
      const OtherUser somebody;
      decoding = subject.verifying(subject.image);
    }
    fs::permissions(folder, fs::perms::none);
    {
      const OtherUser somebody;
      listing = subject.loading();
    }
    fs::permissions(folder, fs::perms::owner_all);
    CHECK(decoding == "cannot be read: Permission denied");
    check_one_line(listing, subject.folder(), "cannot be opened: Permission denied");
  });
}

TEST_CASE("every reader of a list: one that may not be read, is empty or is a folder is one line", "[datasets]") {
  for_each_list([&](const Subject& subject, const std::string& list) {
    fs::permissions(subject.mini.path(), fs::perms(0755));
    fs::permissions(subject.mini / list, fs::perms::none);
    {
      std::string text;
      {
        const OtherUser somebody;
        text = subject.loading();
      }
      check_one_line(text, list, "Permission denied");
    }
    subject.mini.remove(list);
    subject.mini.write(list, "");
    check_one_line(subject.loading(), list, "");
    subject.mini.remove(list);
    subject.mini.folder(list);
    check_one_line(subject.loading(), list, "a folder, not a file");
  });
}

TEST_CASE("every reader of a list: paths that leave the root are refused by name", "[datasets]") {
  for_each_list([&](const Subject& subject, const std::string& list) {
    const std::string text = read_file(subject.mini / list);
    const bool json = list.ends_with(".json");  // its paths are relative to the class's folder
    const std::string path = json ? subject.image.substr(subject.image.find("/OK/") + 1) : subject.image;
    REQUIRE(text.find(path) != std::string::npos);
    for (const std::string bad : {"../../../../../../../../etc/passwd", "x/../../secret.png", "/etc/passwd"}) {
      std::string changed = text;
      changed.replace(changed.find(path), path.size(), bad);
      subject.mini.write(list, changed);
      const std::string reason = bad[0] != '/' ? "a path that leaves the data set's folder"
                                 : json        ? "a path with an empty or '.' part"
                                               : "an absolute path";
      check_one_line(subject.loading(), list, reason);
    }
  });
}

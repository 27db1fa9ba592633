#include "datasets/fingerprint.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/base/content_hashes.h"
#include "core/base/hash.h"
#include "core/base/parallel.h"

namespace adrep {
namespace {

struct Member {
  std::string_view part;
  std::string_view id;
  const Sample* sample = nullptr;
  std::string image_hash, mask_hash, foreground_hash;
};

/// The length of "CLASS/" when every id begins with it, else 0.
size_t common_prefix(const ClassSplit& split) {
  const std::string prefix = split.name + "/";
  const auto begins = [&](const Sample& sample) { return sample.id.starts_with(prefix); };
  const bool all = std::all_of(split.train.begin(), split.train.end(), begins) &&
                   std::all_of(split.test.begin(), split.test.end(), begins);
  return all ? prefix.size() : 0;
}

std::vector<Member> members_of(const ClassSplit& split) {
  const size_t prefix = common_prefix(split);
  std::vector<Member> members;
  const auto add = [&](const std::vector<Sample>& samples, std::string_view part) {
    for (const Sample& sample : samples)
      members.push_back({part, std::string_view(sample.id).substr(prefix), &sample, {}, {}, {}});
  };
  add(split.train, "train");
  add(split.test, "test");
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return std::tie(a.id, a.part) < std::tie(b.id, b.part); });
  return members;
}

void hash_contents(std::vector<Member>& members, int threads) {
  for_each_index(members.size(), threads, [&](size_t i) {
    Member& member = members[i];
    member.image_hash = ContentHashes::instance().sha256_of(member.sample->image());
    if (member.sample->foreground)
      member.foreground_hash = ContentHashes::instance().sha256_of(*member.sample->foreground);
    if (member.sample->mask) member.mask_hash = ContentHashes::instance().sha256_of(*member.sample->mask);
  });
}

std::shared_ptr<const FileHashes> files_of(const std::vector<Member>& members) {
  auto files = std::make_shared<FileHashes>();
  for (const Member& member : members) {
    files->emplace(member.sample->image().string(), member.image_hash);
    if (member.sample->mask) files->emplace(*member.sample->mask, member.mask_hash);
    if (member.sample->foreground) files->emplace(*member.sample->foreground, member.foreground_hash);
  }
  return files;
}

/// A hash over texts whose ends cannot be mistaken.
class TextsHash {
 public:
  void add(std::string_view text) {
    pending_.append(std::to_string(text.size())).append(":").append(text).append(";");
    if (pending_.size() >= piece) hash_pending();
  }
  std::string hex() {
    hash_pending();
    return hash_.hex();
  }

 private:
  static constexpr size_t piece = 1 << 16;  // hashed a text at a time it takes twice as long

  void hash_pending() {
    hash_.add(pending_);
    pending_.clear();
  }

  Sha256 hash_;
  std::string pending_;
};

std::string print_of_data(const std::vector<Member>& members) {
  TextsHash hash;
  hash.add("adrep data fingerprint 1");
  for (const Member& member : members) {
    hash.add(member.part);
    hash.add(member.id);
    hash.add(member.sample->defect);
    hash.add(member.sample->anomalous ? "anomalous" : "normal");
    hash.add(member.image_hash);
    hash.add(member.mask_hash);
    if (!member.foreground_hash.empty()) hash.add(member.foreground_hash);  // most data sets have none
  }
  return hash.hex();
}

std::string print_of_part(const std::vector<Member>& members, std::string_view part, bool with_labels) {
  TextsHash hash;
  hash.add(fmt::format("adrep {} images 1", part));
  for (const Member& member : members) {
    if (member.part != part) continue;
    hash.add(member.id);
    if (with_labels) hash.add(member.sample->anomalous ? "anomalous" : "normal");
    hash.add(member.image_hash);
    hash.add(member.foreground_hash);
  }
  return hash.hex();
}

}  // namespace

std::string fingerprint(const ClassSplit& split, int threads) {
  std::vector<Member> members = members_of(split);
  hash_contents(members, threads);
  return print_of_data(members);
}

Fingerprints fingerprints(const ClassSplit& split, int threads) {
  std::vector<Member> members = members_of(split);
  hash_contents(members, threads);
  return {print_of_part(members, "train", true), print_of_part(members, "test", false), print_of_data(members),
          files_of(members)};
}

}  // namespace adrep

#pragma once
#include <string>

#include "datasets/dataset.h"

/// Photographs that belong together (of one part, one module, one day) look alike: a group is never on both sides.
namespace adrep {

/// The setting split.group that takes groups from the column `group` of a manifest.
constexpr const char* group_of_column = "column";

/// Throws InputError when the setting is neither "column" nor a regular expression (ECMAScript).
void check_group_setting(const std::string& setting);

/// Writes each image's group: "" where `setting` is empty; the manifest's for "column"; else what the parentheses of
/// the expression catch in the file's name (the whole match without any), several joined by '|'. Throws InputError for
/// images that then have none, naming five.
void set_groups(ClassSplit& split, const std::string& setting);

/// The image's group; one without is a group of its own.
const std::string& group_of(const Sample& sample);

/// Places of the images that share a group, in the order of each group's first image.
std::vector<std::vector<size_t>> grouped(const std::vector<Sample>& samples);

/// Takes the test images out whose group has training images; a note says how many.
void leave_out_trained_groups(ClassSplit& split);

/// Keeps groups whole in a split that has none declared: where the layout itself divided the normal images, they are
/// divided anew by groups (hash_order.h); in any other, what leave_out_trained_groups does. Throws InputError when all
/// normal images are one group.
ClassSplit with_whole_groups(ClassSplit split);

}  // namespace adrep

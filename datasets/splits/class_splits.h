#pragma once
#include <cstdint>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/layouts/listed_images.h"

/// Changes of one class's split. Each is seeded by (seed, class name): the same images on every machine. Where images
/// have groups (groups.h), none is on both sides afterwards if none was before.
namespace adrep {

/// floor(part · count + 0.5): half is rounded up.
int64_t rounded_part(double part, int64_t count);

/// max(1, rounded_part(fraction, n)) of the n training images at random (protocol §9, Table 3a); of groups as many
/// whole ones as hold that many.
ClassSplit with_train_fraction(ClassSplit split, double fraction, uint64_t seed);

/// The first `shots` training images, all when there are fewer (a note says so). The rest of a group is not used.
ClassSplit with_shots(ClassSplit split, int64_t shots);

/// rounded_part(ratio, n) anomalous test images at random among the n training images, as many as there are (a note
/// says when that is fewer); with `overlap` they stay in the test too (Table 3b). Training images come in order of id.
/// Of groups as many whole ones as hold that many; without `overlap` their normal test images leave the test, too.
ClassSplit with_noise(ClassSplit split, double ratio, bool overlap, uint64_t seed);

/// All normal images, shuffled and dealt into `folds` parts in turn: part `fold` is tested, the others are trained on.
/// All anomalous images are tested. Groups are dealt whole, in random order, each to the part with the fewest images;
/// anomalous images of a group that is trained on are left out (a note says how many).
ClassSplit with_fold(ClassSplit split, int64_t folds, int64_t fold, uint64_t seed);

/// Images where the manifest puts them; those that it does not name are left out. Anomalous training images are taken
/// as they come. Throws InputError when it names an image that the class does not have, names one twice in a part, or
/// contradicts its label. `name`: the manifest, for messages.
ClassSplit with_manifest(const ClassSplit& split, const std::vector<ListedImage>& manifest, const std::string& name);

}  // namespace adrep

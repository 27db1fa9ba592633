#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// An image that somebody named, by itself or with its folder.
struct InputImage {
  std::filesystem::path file;
  std::string name;          ///< as it is called in answers; no two files have the same
  std::string problem = {};  ///< why it cannot be used, one line that names it; mostly "": that is not known yet
};

/// One by its path. A zero byte, at which the system would cut it off and read another file, is a problem.
InputImage input_image(const std::string& path);

/// The images of what was named, in the order of the words and by name within a folder, which is looked into with its
/// sub-folders; hidden names are left out. An image's name is its path as it was given; of those in a folder the path
/// below it, after the folder where more than one thing was named. A file that is not there is among them: it fails
/// when it is its turn. What a folder holds and is not read (a link that leaves it or leads nowhere, a name that is no
/// text, a folder that cannot be opened) is among them with its problem. Throws InputError for a folder without images.
std::vector<InputImage> input_images(const std::vector<std::string>& words);

/// The same for those who need all of them: throws InputError with the first problem.
std::vector<InputImage> usable_images(const std::vector<std::string>& words);

}  // namespace adrep

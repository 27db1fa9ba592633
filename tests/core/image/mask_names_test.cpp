#include "core/image/mask_names.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("a name's composed form is one for both ways to write an accent, and leaves what is not UTF-8") {
  CHECK(composed_name("pru\u0308f") == "pr\u00fcf");
  CHECK(composed_name("pr\u00fcf") == "pr\u00fcf");
  CHECK(composed_name("A\u030a_1") == "\u00c5_1");
  CHECK(composed_name("plain_01").compare("plain_01") == 0);
  CHECK(composed_name("").empty());
}

TEST_CASE("an ending of a mask's name counts in any case, and something must stand before it") {
  CHECK(without_mask_ending("a_mask", "_mask") == "a");
  CHECK(without_mask_ending("a_mAsK", "_mask") == "a");
  CHECK(without_mask_ending("a", "") == "a");
  CHECK(without_mask_ending("_mask", "_mask").empty());
  CHECK(without_mask_ending("a_masks", "_mask").empty());
}

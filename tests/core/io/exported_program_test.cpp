#include "core/io/exported_program.h"

#include <catch2/catch.hpp>

#include "core/io/checkpoint_builder.h"
#include "core/io/torch_checkpoint.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("a .pt2 archive of torch.export is called by its name, as weights too", "[io]") {
  const TemporaryFolder folder;
  test::write(folder / "new.pt2", zip({{"net/archive_format", "pt2"}, {"net/models/model.json", "{}"}}));
  test::write(folder / "old.pt2", zip({{"serialized_exported_program.json", "{}"}, {"version", "5.1"}}));
  test::write(folder / "other.zip", zip({{"net/format", "pt2"}}));
  test::write(folder / "text", "archive_format");
  for (const char* name : {"new.pt2", "old.pt2"}) {
    CHECK(is_exported_program(folder / name));
    const std::string message = refusal([&] { read_state_dict(folder / name); });
    CHECK_THAT(message,
               Contains(name) && Contains("torch.export") && Contains("torch.jit.save") && Contains("state_dict()"));
    CHECK(message.find('\n') == std::string::npos);
  }
  for (const char* name : {"other.zip", "text", "missing"}) CHECK_FALSE(is_exported_program(folder / name));
  CHECK_THAT(refusal([&] { read_state_dict(folder / "other.zip"); }), Contains("no data.pkl"));
}

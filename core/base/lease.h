#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/lease_file.h"

namespace adrep {

struct HeldLease;

/// Work that this process has taken and others leave alone while it lives. Given back when it is destroyed.
class Lease {
 public:
  ~Lease();
  Lease(Lease&& other) noexcept = default;
  Lease& operator=(Lease&& other) noexcept;
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Whether another process has taken it over, because it did not see this one's heartbeat.
  bool lost() const;

 private:
  friend class Leases;
  explicit Lease(std::shared_ptr<HeldLease> held) : held_(std::move(held)) {}
  void give_back();

  std::shared_ptr<HeldLease> held_;
};

/// How processes on any number of machines divide work, with nothing but a file system that all of them see: a lease is
/// a file made exclusively (O_EXCL), with a heartbeat in it that its owner's thread renews. Whoever has not seen the
/// heartbeat change for `patience` seconds of its own clock takes the work over; at once where the owner ran on this
/// machine and is gone. Clocks of machines may differ, and no locks of the file system are needed.
///
/// An owner that was only slow or cut off may still finish what it lost: what is written must be written whole, and the
/// first one must win.
class Leases {
 public:
  /// patience: seconds, above 0.
  explicit Leases(double patience);
  ~Leases();
  Leases(Leases&&) noexcept;

  /// Takes what `place` stands for (FOLDER/NAME, whose files lie beside it); none while another process has it.
  /// `title`: what it is for people, `ids` for programs. Throws WriteError where the folder cannot be written.
  std::optional<Lease> try_take(const std::filesystem::path& place, const std::string& title,
                                const std::vector<std::string>& ids = {});
  /// Waits for it, says once who has it. Throws Interrupted on Ctrl-C, too.
  Lease take(const std::filesystem::path& place, const std::string& title);
  /// Whether it could be taken: to ask again later costs little.
  bool is_free(const std::filesystem::path& place);

  /// All leases of a folder, by name: "fit-0123".
  struct Found {
    std::string name;
    std::optional<LeaseOwner> owner;  ///< none of a file that says nothing of it
    bool alive = true;                ///< as is_free judges; of another machine's it takes its owner's patience to know
    double quiet = 0;                 ///< seconds since the heartbeat was seen to change, or this object first saw it
    double age = 0;                   ///< seconds since the file changed, by this machine's clock
  };
  std::vector<Found> list(const std::filesystem::path& folder);

  /// Removes the leases of a folder whose owners are gone: nobody asks for finished work again. `but_for`: those whose
  /// names begin so stay; "": none.
  void clear(const std::filesystem::path& folder, const std::string& but_for = "");

 private:
  struct Seen;
  std::unique_ptr<Seen> seen_;
  double patience_;
};

}  // namespace adrep

// What any program linked to LibTorch takes before it does its own work: the start-up that adrep bench predict compares
// with (--empty).
#include <ATen/Functions.h>

int main() {
  return at::ones({1}).numel() == 1 ? 0 : 1;
}

#!/usr/bin/env python3
"""timm's eager backbones beside adrep's: the same weights, images and levels.

    timm_backbones.py FOLDER [BACKBONE ...]      writes images.safetensors and weights_BACKBONE.safetensors

adrep's side is adrep_timings --inputs=FOLDER --benchmark_filter=BACKBONE/batchBATCH.
"""
import os
import sys

import safetensors.torch
import timm
import torch

CONVOLUTIONAL = {
    "efficientnet_lite0": "tf_efficientnet_lite0",
    "resnet18": "resnet18",
    "resnet50": "resnet50",
    "wide_resnet50_2": "wide_resnet50_2",
}
TRANSFORMERS = {
    "dinov2_small": "vit_small_patch14_dinov2",
    "dinov2_base": "vit_base_patch14_dinov2",
    "dinov2_large": "vit_large_patch14_dinov2",
    "dinov2_giant": "vit_giant_patch14_dinov2",
    "dinov2_base_reg": "vit_base_patch14_reg4_dinov2",
    "clip_base": "vit_base_patch16_clip_quickgelu_224",
    "clip_base32": "vit_base_patch32_clip_quickgelu_224",
    "clip_large": "vit_large_patch14_clip_quickgelu_224",
    "clip_large336": "vit_large_patch14_clip_quickgelu_336",
}
# blocks of the levels, counted from 0
BLOCKS = {12: [2, 5, 8, 11], 24: [5, 11, 17, 23], 40: [9, 19, 29, 39]}
# patches a side of the official position embedding, where it is not the 224 pixels' own
GRIDS = {"dinov2": 37, "clip_large336": 24}
SWIGLU = {"mlp.fc1.": "mlp.w12.", "mlp.fc2.": "mlp.w3."}  # timm's names and DINOv2's


def levels_of(name):
    """A model in evaluation mode and the function from images to its levels."""
    if name in CONVOLUTIONAL:
        model = timm.create_model(CONVOLUTIONAL[name], features_only=True, out_indices=(1, 2, 3, 4)).eval()
        return model, model
    model = timm.create_model(TRANSFORMERS[name], img_size=224, num_classes=0).eval()
    blocks = BLOCKS[len(model.blocks)]
    return model, lambda x: model.forward_intermediates(x, indices=blocks, norm=False, intermediates_only=True)


def grid_of(name):
    return next((grid for start, grid in GRIDS.items() if name.startswith(start)), None)


def renamed(state, old_and_new):
    for old, new in old_and_new:
        for key in [key for key in state if old in key]:
            state[key.replace(old, new)] = state.pop(key)


def lite0_names(names):
    """timm's name of a tensor of EfficientNet-Lite0 -> the name in the official file."""
    parts = {"conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
             "conv_pwl": "_project_conv", "bn3": "_bn2"}
    first = {"conv_dw": "_depthwise_conv", "bn1": "_bn1", "conv_pw": "_project_conv", "bn2": "_bn2"}
    numbers = {}
    for name in names:
        word = name.split(".")
        if word[0] == "blocks":
            number = numbers.setdefault((word[1], word[2]), len(numbers))
            yield name, ".".join(["_blocks", str(number), (parts if number else first)[word[3]], word[4]])
        else:
            yield name, {"conv_stem": "_conv_stem", "bn1": "_bn0"}[word[0]] + "." + word[1]


def official(name, state):
    """timm's tensors under names that adrep reads; the position embedding on the official grid."""
    if name == "efficientnet_lite0":
        return {theirs: state[ours] for ours, theirs in lite0_names(state)}
    if name.endswith("_reg"):
        state["register_tokens"] = state.pop("reg_token")
        state["pos_embed"] = torch.cat([torch.zeros(1, 1, state["pos_embed"].shape[2]), state["pos_embed"]], 1)
    if name == "dinov2_giant":
        renamed(state, SWIGLU.items())
    if grid := grid_of(name):  # one value for all positions, so that it is the same on every grid
        position = state["pos_embed"]
        state["pos_embed"] = torch.cat([position[:, :1], position[:, 1:2].expand(-1, grid * grid, -1)], 1)
    return state


def theirs(name, state):
    """What official() wrote, under timm's names again."""
    if name == "efficientnet_lite0":
        names = dict(lite0_names(levels_of(name)[0].state_dict()))
        return {ours: state[theirs] for ours, theirs in names.items()}
    if name == "dinov2_giant":
        renamed(state, [(new, old) for old, new in SWIGLU.items()])
    if grid_of(name):
        grid = state["pos_embed"][:, 1:257]
        if name.endswith("_reg"):
            state["reg_token"] = state.pop("register_tokens")
            state["pos_embed"] = grid.contiguous()
        else:
            state["pos_embed"] = torch.cat([state["pos_embed"][:, :1], grid], 1)
    return state


def write(folder, names):
    os.makedirs(folder, exist_ok=True)
    torch.manual_seed(0)
    safetensors.torch.save_file({"images": torch.randn(8, 3, 224, 224)}, f"{folder}/images.safetensors")
    for name in names or [*CONVOLUTIONAL, *TRANSFORMERS]:
        state = levels_of(name)[0].state_dict()
        for key, tensor in state.items():
            if key.endswith("running_mean"):
                state[key] = 0.1 * torch.randn_like(tensor)
            elif key.endswith("running_var"):
                state[key] = 0.5 + torch.rand_like(tensor)
            elif ".ls" in key:
                state[key] = torch.full_like(tensor, 0.5)
        kept = {key: tensor.contiguous().clone() for key, tensor in official(name, state).items()}
        safetensors.torch.save_file(kept, f"{folder}/weights_{name}.safetensors")


def prepared(folder, name, batch):
    """A call that runs the backbone on the first images and gives the mean magnitude of its last level."""
    model, levels = levels_of(name)
    state = safetensors.torch.load_file(f"{folder}/weights_{name}.safetensors")
    model.load_state_dict(theirs(name, state), assign=True, strict=False)
    images = safetensors.torch.load_file(f"{folder}/images.safetensors")["images"][:batch].contiguous()

    def run():
        with torch.inference_mode():
            return levels(images)[-1].abs().mean().item()
    return run


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2:])

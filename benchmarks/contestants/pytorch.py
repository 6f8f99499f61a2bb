"""The same ten epochs of the same network in PyTorch: channels last, fused Adam, Keras's initial weights."""

import timing

import_begin = timing.time.perf_counter()
import torch
from torch import nn

import_seconds = timing.time.perf_counter() - import_begin

BATCH_SIZE = 32

options = timing.options()
X_train, y_train, X_test, y_test, load_seconds = timing.load(options.images, options.scored_on)
torch.manual_seed(options.seed)


def as_tensor(images):
    return torch.from_numpy(images.transpose(0, 3, 1, 2)).contiguous(memory_format=torch.channels_last)


begin = timing.time.perf_counter()
cnn = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(1600, 64), nn.ReLU(), nn.Linear(64, 10),
).to(memory_format=torch.channels_last)  # fmt: skip
for module in cnn:
    if hasattr(module, "weight"):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)
adam = torch.optim.Adam(cnn.parameters(), lr=0.001, eps=1e-7, fused=True)
images, labels, scored = as_tensor(X_train), torch.from_numpy(y_train).long(), as_tensor(X_test)
setup_seconds = timing.time.perf_counter() - begin


@torch.inference_mode()
def answers():
    return torch.cat([cnn(batch).argmax(dim=1) for batch in scored.split(1_000)]).numpy()


epochs = timing.Epochs(answers, y_test)
for _ in range(options.epochs or 10):
    epochs.begin()
    for batch in torch.randperm(len(images)).split(BATCH_SIZE):
        adam.zero_grad()
        nn.functional.cross_entropy(cnn(images[batch]), labels[batch]).backward()
        adam.step()
    epochs.end()

epochs.tell(
    import_seconds=import_seconds,
    load_seconds=load_seconds,
    setup_seconds=setup_seconds,
    versions={"torch": torch.__version__},
)

"""Runs one pretraining in a process of its own: settings JSON, bitext, alignments, work, out."""

import json
import sys
from pathlib import Path

import torch

from xlalign.training.launch import launch
from xlalign.training.settings import PretrainSettings

if __name__ == "__main__":
    torch.set_num_threads(1)
    bitext, alignments, work, out = map(Path, sys.argv[2:])
    launch(PretrainSettings.model_validate(json.loads(sys.argv[1])), bitext, alignments, None, work, out)

"""What the tasks that train on SQuAD share."""

FILES = {"train": (("squad/train-v1.1.json",),), "dev": (("squad/dev-v1.1.json",),)}
HUB_COLUMNS = {"id": "id", "context": "context", "question": "question", "answers": "answers"}

"""What adds tasks, for contestants written in Python that add one by one: all but the client is the same."""

from line_protocol import Prepared, Stopwatch, evenly, now, total


class Producing(Prepared):
    """`client` is made of a trial and `confirms`: whether each add waits for the broker. It has `add`, `settle` and `close`."""

    confirms = True

    def __init__(self, client, trial):
        self.trial = trial
        self.client = client(trial, self.confirms)

    def add_all(self, payloads, rate=0):
        """Each payload is a text, what a task carries, or a function that makes one when its time has come."""
        watch = Stopwatch()
        for index in evenly(len(payloads), rate, lambda: self.is_stopped):
            payload = payloads[index]
            self.client.add(payload() if callable(payload) else payload)
        return watch.figures()

    def close(self):
        self.client.close()


class Adding(Producing):
    is_repeatable = True

    def __init__(self, client, trial):
        super().__init__(client, trial)
        self.text = "x" * trial["size"]
        self.add_all([self.text] * trial.get("warmUp", 0))

    def run(self):
        return self.add_all([self.text] * self.trial["count"])


class AddingTimed(Producing):
    def run(self):
        return self.add_all([lambda: {"at": now()}] * total(self.trial), self.trial.get("rate", 0))


class Filling(Producing):
    """Without confirms, but for one in the end: a queue that is asked after all of them has them."""

    is_repeatable = True
    confirms = False

    def __init__(self, client, trial):
        super().__init__(client, trial)
        self.payloads = trial.get("tasks") or ["x" * trial.get("size", 0)] * total(trial)

    def run(self):
        figures = self.add_all(self.payloads)
        self.client.settle()
        return figures


def producers(client):
    """The kinds of trials that add, for `Driver.serve`."""

    def kind(made):
        return lambda trial, _tell: made(client, trial)

    return {"add": kind(Adding), "add-timed": kind(AddingTimed), "fill": kind(Filling)}

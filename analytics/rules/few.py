"""Of how many customers something may be told."""

FEWEST = 5  # a figure of fewer customers is shown as a count of them, and not judged
FEWEST_COMPARED = 20  # on either side of a comparison; of fewer none is made

"""What is true of how customers are doing: bands and scorecards. Standard library only."""

"""The command line: settings, the composition root with the one wall clock, and one small file for each subject."""

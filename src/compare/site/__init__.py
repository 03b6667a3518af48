"""The pages as files to read offline: nothing to install, to run or to ask for."""

"""From what a project's files say to the criteria that apply to it. Reads files, starts nothing."""

"""Bad inputs: 190 values and files, each with what is expected of it, through the real parts."""

"""How the model learns: cases are drawn ahead, patches taken from them, truth told per place and per scan."""

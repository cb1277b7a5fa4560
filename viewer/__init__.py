"""Everything on screen: PySide6 and VTK. Asks ``ai`` through steps run by a QThread."""

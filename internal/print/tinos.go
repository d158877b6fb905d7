package print

// Tinos is the upright face of the family, as a TrueType file, for what is drawn onto papers that others made.
func Tinos() []byte { return tinosRegular }

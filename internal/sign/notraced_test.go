//go:build !race

package sign

// allocated bounds what judging a hostile file allocates, in MB.
const allocated = 250

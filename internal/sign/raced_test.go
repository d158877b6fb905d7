//go:build race

package sign

// allocated bounds what judging a hostile file allocates, in MB: the race detector allocates twice as much for the
// same work.
const allocated = 500

// Package zxcvbn stands in for a library of this name, by which Pulumi's CLI judges whether a plain setting looks like a secret.
// That reads its lists of words at each start, and there are two of it: most of the time that the CLI takes to start.
package zxcvbn

import (
	"math"
	"unicode"
)

// Strength is how hard a text is to guess.
type Strength struct {
	// Entropy in bits, as if each character were random among those of its kinds: never less than of a text with words in it.
	Entropy float64
}

// kinds of characters, and how many there are of each that people type.
var kinds = []struct {
	has  func(rune) bool
	size float64
}{
	{unicode.IsLower, 26},
	{unicode.IsUpper, 26},
	{unicode.IsDigit, 10},
	{func(char rune) bool { return !unicode.IsLetter(char) && !unicode.IsDigit(char) }, 33},
}

// PasswordStrength judges a text.
func PasswordStrength(text string, _ []string) Strength {
	var alphabet, length float64
	for _, kind := range kinds {
		for _, char := range text {
			if kind.has(char) {
				alphabet += kind.size
				break
			}
		}
	}
	for range text {
		length++
	}
	if alphabet == 0 {
		return Strength{}
	}
	return Strength{Entropy: length * math.Log2(alphabet)}
}

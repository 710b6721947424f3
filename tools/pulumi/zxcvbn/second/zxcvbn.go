// Package zxcvbn is the same under its second name.
package zxcvbn

import "github.com/nbutton23/zxcvbn-go"

// PasswordStrength judges a text.
var PasswordStrength = zxcvbn.PasswordStrength

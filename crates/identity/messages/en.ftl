# One sentence for each error code of the identity crate.
idn0001 = These sign-in details are not right. Check your personal number (or user name), password and code.
idn0002 = There were too many attempts to sign in. Try again in { $seconds } seconds.
idn0003 = Enter the 6-digit code of your authenticator app.
idn0004 = A password must have { $min } to { $max } characters and must not be easy to guess.
idn0005 = Accounts of level 2 and officers' accounts need a second factor.
idn0006 = This sign-in name is already taken.
idn0007 = You may not manage accounts.
idn0008 = Many people are signing in at the moment. Try again in a few seconds.
idn0009 = This sign-in name is not valid: citizens use their personal number of 12 digits; officers use 3 to 64 lower-case letters, digits, dots and hyphens.
idn0010 = There is no such account.
idn0011 = The key file of the identity system cannot be read.
idn0012 = The protected data of the account cannot be opened.
idn0013 = This account has no role in force at the moment.
idn0014 = The identity system failed. Try again in a few minutes.
idn0015 = The display name of the account is not valid.

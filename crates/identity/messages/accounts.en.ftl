# Asking for accounts, the counter, locking and closing.
idn0050 = There is no such account for a person of this age, or a parent or guardian has to ask for it after signing in.
idn0051 = Something in the application is not right: { $field }. Check it and send it again.
idn0052 = There is no such application at this counter. Call it up by its code or by the number.
idn0053 = Somebody has decided this application already.
idn0054 = The population register does not know this number, name and date of birth together. Compare them with the card.
idn0055 = The picture shows somebody else than the register means. Ask the person, and refuse if it stays so.
idn0056 = This word does not open an account: it is unknown, used or older than seven days. Ask for a new one at the counter.
idn0057 = The account does not stand so that this could be done. Look at it again.
idn0059 = Give a reason, of 500 characters at most.
idn0060 = Applications for this number are waiting already. Go to the counter with one of their codes.
# One sentence for each error code of accounts: limits, lists of passwords, messages.
idn0085 = Many sign-ins are failing at the moment. Sign in with a code as well: of your app, or one we send to your phone; with a passkey; or in a browser you have used here before.
idn0086 = There were many failed sign-ins from your network. Try again in { $seconds } seconds, or enter a code as well.
idn0087 = This password is on a list that attackers try first. Choose another; a few words of your own make a good one.
idn0088 = The list of leaked passwords cannot be read.
idn0089 = This is not a phone number that messages can be sent to.
idn0090 = A training is recorded with its course and a day that is not in the future.
idn0091 = The phone in the application is not the one the person has just told you. Somebody else may have filed it: refuse it, and ask the person to file their own.
idn0092 = Nobody with this number, name and birth date has a confirmed account (level 2). Compare with the person’s card.
idn0093 = This organisation has 50 authorised people already. End one of them first.
idn0094 = The picture could not be recognised as yours. Take it again in good light, facing the camera.
idn0095 = Choose at least one role.
idn0096 = This officer holds that role already.

# Sentences of kernel: codes and shared words.

ker0001 = A personal number has exactly 12 digits.
ker0002 = The first three digits of the personal number are not the code of a province or a country.
ker0003 = The personal number does not fit the sex.
ker0004 = The personal number does not fit the year of birth.
ker0005 = Personal numbers exist for years of birth from 1900 to 2399.
ker0006 = The random part of a personal number has 6 digits.
ker0011 = Enter the full name.
ker0012 = The full name is longer than 255 characters.
ker0013 = A full name holds letters, spaces, apostrophes, hyphens and full stops only.
ker0021 = Write the date as year-month-day, year-month or only the year.
ker0022 = There is no such date in the calendar.
ker0031 = Sex is male or female.
ker0041 = The code of an administrative unit has 2, 3 or 5 digits.
ker0051 = An amount of money is whole đồng.
ker0061 = This time limit cannot be read.
ker0062 = The time limit is longer than 10 years.
ker0063 = The working hours are not valid.


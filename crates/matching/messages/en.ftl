# Data cleaning.
mat0001 = The file { $path } cannot be read or written.

reg0001 = Không tìm thấy bản ghi.
reg0002 = Bản ghi vừa được người khác thay đổi. Hãy mở lại và kiểm tra nội dung cần sửa.
reg0003 = Một số nội dung chưa thể ghi nhận.
reg0004 = Giá trị này đã được dùng ở một bản ghi khác.
reg0005 = Tra cứu cần có năm hoặc ngày sinh cùng với họ tên.
reg0006 = Chưa lấy được số mới. Xin thử lại.
reg0007 = Nội dung này đã được ghi nhận.
reg0008 = Chưa có mã đầu số cho tỉnh này tại ngày đó.
reg0009 = Bản ghi không còn hiệu lực nên không thể sửa.
reg0010 = Định nghĩa của sổ có lỗi. Người vận hành cần sửa.
reg0011 = Tạm thời không truy cập được sổ. Chưa có gì thay đổi.
reg0022 = Thiếu hoặc không đọc được nội dung này.
reg0023 = Ngày chết không thể ở tương lai.
reg0024 = Không có bản ghi mang số này.

# Lỗi của gói dữ liệu, dành cho người soạn.
reg0101 = Một sổ đăng ký được định nghĩa hai lần.
reg0102 = Không có cơ quan thuộc loại được giao giữ sổ đăng ký.
reg0103 = Có tên trỏ đến sổ đăng ký không tồn tại.
reg0104 = Sổ đăng ký do cơ quan khác giữ.
reg0105 = Có tên trỏ đến trường mà sổ đăng ký không có.
reg0106 = Lược đồ của sổ đăng ký không dùng được.
reg0107 = Có tên trỏ đến khóa mà sổ đăng ký không có.
reg0108 = Định dạng của số được cấp không dùng được.
reg0109 = Thao tác của dịch vụ không dùng được.
